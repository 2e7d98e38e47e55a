import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventReader } from '@/api/events'
import { Problem } from '@/api/client'
import { againIn, handleOf } from '@/code/wallet'
import { latestOf } from '@/state/latest'
import { pageLink, path } from '@/state/go'

test('events come whole, however the bytes are cut; heartbeats are silent', () => {
  const heard: unknown[] = []
  const feed = eventReader((name, data) => heard.push([name, data]))
  for (const part of [': beat\n\nevent: not', 'ice\ndata: {"id"', ':"7"}\r\n\r\n', 'data: broken\n\n', 'event: visit\ndata: {"id":"8"}\n\n']) feed(part)
  assert.deepEqual(heard, [['notice', { id: '7' }], ['visit', { id: '8' }]])
})

test('the newest of a message and a look at the code is what the home page tells', () => {
  const early = { at: '2026-11-22T00:00:00Z' }
  const late = { at: '2026-11-22T00:00:01Z' }
  assert.deepEqual(latestOf(early, late), { notice: null, visit: late })
  assert.deepEqual(latestOf(late, early), { notice: late, visit: null })
  assert.deepEqual(latestOf(null, early), { notice: null, visit: early })
  assert.deepEqual(latestOf(early, null), { notice: early, visit: null })
  assert.deepEqual(latestOf(null, null), { notice: null, visit: null })
})

test('the phone learns how far its clock is off, and renews with jitter before the end', () => {
  const key = { handle: '0', key: '', step_seconds: 30, valid_from: '2026-11-22T00:00:00Z', valid_until: '2026-11-23T00:00:00Z', server_time: '2026-11-22T00:00:10Z' }
  const began = Date.parse('2026-11-22T00:00:00Z')
  const early = handleOf(key, began, began + 2000, 0)
  assert.equal(early.offset, 9000)
  assert.equal(early.renewAt - early.validFrom, 12 * 3_600_000)
  assert.ok(handleOf(key, began, began, 0.99).renewAt > early.renewAt)
})

test('only pages of our own are followed out of a notice', () => {
  assert.equal(pageLink('/m/#/pages/case/case?no=1'), '/pages/case/case?no=1')
  assert.equal(pageLink('https://elsewhere.example/'), '')
  assert.equal(pageLink('javascript:alert(1)'), '')
  assert.equal(pageLink(null), '')
  assert.equal(path('case', { no: '1 2', at: undefined }), '/pages/case/case?no=1%202')
})

test('a phone that is told to come back comes later than told, not with all the others, and not for ever', () => {
  const busy = new Problem('busy', 503, '', '', [], { retry_after: 3 })
  assert.equal(againIn(busy, 1, 0), 3_000)
  assert.equal(againIn(busy, 1, 0.5), 4_500)
  assert.equal(againIn(new Problem('internal', 503, '', ''), 1, 0), 2_000)
  assert.equal(againIn(busy, 5, 0), null)
  assert.equal(againIn(new Problem('unauthenticated', 401, '', ''), 1, 0), null)
  assert.equal(againIn(new Error('no network'), 1, 0), null)
})
