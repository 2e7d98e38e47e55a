import { p256 } from '@noble/curves/nist'
import { sha256 } from '@noble/hashes/sha256'
import { fromBase64Url, toBase64Url } from '@/code/mac'
import type { Sign } from './proof'
import type { Copy, Device, Kept } from './copy'

const SLOT = 'yima:copy'
const SEED = 48 // bytes of randomness for a key without bias
interface Row { kept: Kept; key: string }

declare const wx: {
  getRandomValues(options: { length: number; success: (answer: { randomValues: ArrayBuffer }) => void; fail: (why: unknown) => void }): void
  setStorage(options: { key: string; data: unknown; encrypt: boolean; success: () => void; fail: (why: unknown) => void }): void
  getStorage(options: { key: string; encrypt: boolean; success: (answer: { data: Row }) => void; fail: () => void }): void
}

function randomness(length: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    wx.getRandomValues({ length, success: ({ randomValues }) => resolve(new Uint8Array(randomValues)), fail: reject })
  })
}

function signer(key: Uint8Array): Sign {
  return async (message) => {
    const bytes = Uint8Array.from(message, (sign) => sign.charCodeAt(0))
    return p256.sign(sha256(bytes), key, { prehash: false, lowS: false }).toCompactRawBytes()
  }
}

export const canKeep = true

/** A key pair of this phone. A mini-program has no locked keys, so the key lies in WeChat's encrypted store. */
export async function newDevice(): Promise<Device> {
  const key = p256.utils.randomSecretKey(await randomness(SEED))
  const point = p256.getPublicKey(key, false) // 4, then x and y
  const keep = (kept: Kept): Promise<Copy> =>
    new Promise((resolve, reject) => {
      const data: Row = { kept, key: toBase64Url(key) }
      wx.setStorage({ key: SLOT, data, encrypt: true, success: () => resolve({ ...kept, sign: signer(key) }), fail: reject })
    })
  return { x: toBase64Url(point.slice(1, 33)), y: toBase64Url(point.slice(33)), keep }
}

export async function readCopy(): Promise<Copy | null> {
  const row = await new Promise<Row | null>((done) => {
    wx.getStorage({ key: SLOT, encrypt: true, success: ({ data }) => done(data), fail: () => done(null) })
  })
  return row?.key ? { ...row.kept, sign: signer(fromBase64Url(row.key)) } : null
}

export async function dropCopy(): Promise<void> {
  uni.removeStorageSync(SLOT)
}
