import { fromBase64Url, plainMac } from './mac'
import type { Mac } from './text'
import type { Handle, Held } from './wallet'

const SLOT = 'yima:key'
const slot = (as: string) => (as ? `${SLOT}:${as}` : SLOT)
interface Row { handle: Handle; key: string }

declare const wx: {
  setStorage(options: { key: string; data: unknown; encrypt: boolean; success: () => void; fail: () => void }): void
  getStorage(options: { key: string; encrypt: boolean; success: (answer: { data: Row }) => void; fail: () => void }): void
}

/** Keep a key in the mini-program's encrypted store. */
export async function keep(handle: Handle, key: string, as = ''): Promise<Mac> {
  const row: Row = { handle, key }
  await new Promise<void>((done) => {
    // #ifdef MP-WEIXIN
    wx.setStorage({ key: slot(as), data: row, encrypt: true, success: done, fail: done })
    // #endif
    // #ifndef MP-WEIXIN
    uni.setStorage({ key: slot(as), data: row, success: () => done(), fail: () => done() })
    // #endif
  })
  return plainMac(fromBase64Url(key))
}

export async function read(as = ''): Promise<Held | null> {
  const row = await new Promise<Row | null>((done) => {
    // #ifdef MP-WEIXIN
    wx.getStorage({ key: slot(as), encrypt: true, success: ({ data }) => done(data), fail: () => done(null) })
    // #endif
    // #ifndef MP-WEIXIN
    uni.getStorage({ key: slot(as), success: ({ data }) => done(data as Row), fail: () => done(null) })
    // #endif
  })
  return row?.key ? { ...row.handle, mac: plainMac(fromBase64Url(row.key)) } : null
}

export async function forget(): Promise<void> {
  for (const name of uni.getStorageInfoSync().keys) if (name === SLOT || name.startsWith(`${SLOT}:`)) uni.removeStorageSync(name)
}
