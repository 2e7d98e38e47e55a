import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fromBase64Url, toBase64Url } from '@/code/mac'
import { credentialRows } from '@/code/pictures'
import * as mini from '@/credential/device-mini'
import { base45, message, proven } from '@/credential/proof'

declare const YIMA_ROOT: string

interface Vectors {
  device: JsonWebKey
  proofs: { text: string; at: number; message: string; signature: string; shown: string }[]
  base45: { text: string; bytes: string | null }[]
}
const vectors = JSON.parse(readFileSync(`${YIMA_ROOT}/codes/vectors/credential.json`, 'utf8')) as Vectors

test('base45 agrees with the published vectors', () => {
  const even = vectors.base45.filter(({ bytes }) => bytes !== null && fromBase64Url(bytes).length % 2 === 0)
  assert.ok(even.length > 1)
  for (const { text, bytes } of even) assert.equal(base45(fromBase64Url(bytes!)), text)
})

test('a proof is said and placed as the counter expects', async () => {
  assert.ok(vectors.proofs.length > 0)
  for (const { text, at, message: said, signature, shown } of vectors.proofs) {
    assert.equal(message(text, at), said)
    assert.equal(await proven(text, at, async () => fromBase64Url(signature)), shown)
  }
})

test('only the text of a credential and a whole signature make a proof', async () => {
  await assert.rejects(proven('HC1:6BF', 1, async () => new Uint8Array(64)))
  await assert.rejects(proven(vectors.proofs[0]!.text, 1, async () => new Uint8Array(63)))
})

test('a phone copy fits QR version 15 at level M', () => {
  for (const { shown } of vectors.proofs) assert.ok(credentialRows(shown).length <= 17 + 4 * 15)
})

test('base64url goes there and back', () => {
  for (const bytes of [[], [1], [1, 2], [255, 254, 253], [0, 0, 0, 0]]) {
    const text = toBase64Url(Uint8Array.from(bytes))
    assert.equal(text, Buffer.from(bytes).toString('base64url'))
    assert.deepEqual([...fromBase64Url(text)], bytes)
  }
})

test('a mini-program signs what WebCrypto verifies, and keeps the key only where it is encrypted', async () => {
  const stored = new Map<string, unknown>()
  let encrypted = true
  Object.assign(globalThis, {
    wx: {
      getRandomValues: ({ length, success }: { length: number; success: (answer: unknown) => void }) =>
        success({ randomValues: crypto.getRandomValues(new Uint8Array(length)).buffer }),
      setStorage: ({ key, data, encrypt, success }: { key: string; data: unknown; encrypt: boolean; success: () => void }) => {
        encrypted &&= encrypt
        stored.set(key, data)
        success()
      },
      getStorage: ({ key, success, fail }: { key: string; success: (answer: unknown) => void; fail: () => void }) =>
        stored.has(key) ? success({ data: stored.get(key) }) : fail(),
    },
  })
  assert.equal(await mini.readCopy(), null)
  const device = await mini.newDevice()
  const { text } = vectors.proofs[0]!
  await device.keep({ id: '1', tier: 'T0', text, name: '王*兰', issuedAt: 0, expiresAt: 1, offset: 0 })
  const copy = await mini.readCopy()
  assert.ok(copy && encrypted)
  const jwk = { kty: 'EC', crv: 'P-256', x: device.x, y: device.y }
  const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
  const signature = await copy.sign(message(text, 9))
  const good = await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, signature as BufferSource, new TextEncoder().encode(message(text, 9)))
  assert.ok(good)
})
