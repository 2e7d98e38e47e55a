import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fromBase64Url, lockedKey, lockedMac, plainMac } from '@/code/mac'
import { barWidths, qrRows } from '@/code/pictures'
import { checkDigit, compose, grouped, msLeft, stepOf } from '@/code/text'

declare const YIMA_ROOT: string

interface Vectors {
  vectors: { handle: string; key: string; step: number; scene: string; text: string }[]
  damm: { digits: string; check: string }[]
}
const { vectors, damm } = JSON.parse(readFileSync(`${YIMA_ROOT}/codes/vectors/dynamic.json`, 'utf8')) as Vectors

test('the server and the phone agree on every vector, with WebCrypto and without', async () => {
  assert.ok(vectors.length > 0)
  for (const { handle, key, step, scene, text } of vectors) {
    const bytes = fromBase64Url(key)
    assert.equal(bytes.length, 32)
    assert.equal(await compose(plainMac(bytes), handle, step, scene), text)
    assert.equal(await compose(lockedMac(await lockedKey(bytes)), handle, step, scene), text)
  }
})

test('a locked key cannot be read out', async () => {
  const key = await lockedKey(new Uint8Array(32))
  await assert.rejects(crypto.subtle.exportKey('raw', key))
})

test('the check digit follows Damm', () => {
  for (const { digits, check } of damm) assert.equal(checkDigit(digits), check)
})

test('steps begin every half minute', () => {
  assert.equal(stepOf(59_999), 1)
  assert.equal(stepOf(60_000), 2)
  assert.equal(msLeft(45_000, 1), 15_000)
})

test('a code fits QR version 1 and starts with a finder', () => {
  const rows = qrRows(vectors[0]!.text)
  assert.equal(rows.length, 21)
  assert.deepEqual(rows[0]!.slice(0, 8), [true, true, true, true, true, true, true, false])
})

test('bars: start C, seventeen pairs, sum, stop', () => {
  const widths = barWidths(vectors[0]!.text)
  assert.equal(Array.from(widths, Number).reduce((a, b) => a + b, 0), (1 + 17 + 1) * 11 + 13)
  assert.ok(widths.startsWith('211232') && widths.endsWith('2331112'))
})

test('digits are grouped by four', () => assert.equal(grouped('9001778412'), '9001 7784 12'))
