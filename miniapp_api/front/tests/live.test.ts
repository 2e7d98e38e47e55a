import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventReader } from '@/api/events'
import { watcher } from '@/api/live-mini'
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

test('a mini-program is told once of what a counter filled in, and when it has gone; without a visit it is not asked for', async () => {
  const state = { visits: [] as unknown[], waiting: [] as { id: string }[] }
  const asked: string[] = []
  const heard: unknown[] = []
  const answer = <T>(name: string, body: T) => Promise.resolve((asked.push(name), body))
  const ask = {
    visits: () => answer('visits', { visits: state.visits, next_cursor: null }),
    notices: () => answer('notices', { notices: [], unread: 0, next_cursor: null }),
    filled: () => answer('filled', { applications: [...state.waiting] }),
  }
  const look = watcher(ask as unknown as Parameters<typeof watcher>[0], (name, data) => heard.push([name, data]))
  const visited = (minutes: number) => [{ id: 'v', at: new Date(Date.now() - minutes * 60_000).toISOString(), outcome: 'accepted', consent: null }]
  await look()
  state.visits = visited(3 * 60)
  await look()
  assert.ok(!asked.includes('filled'), 'nobody stands at a counter')
  state.visits = visited(1)
  state.waiting = [{ id: 'a' }]
  heard.length = 0
  await look()
  await look()
  assert.deepEqual(heard, [['counter-application', { id: 'a' }]])
  state.visits = visited(3 * 60) // it is followed to its end
  state.waiting = []
  await look()
  await look()
  assert.deepEqual(heard, [['counter-application', { id: 'a' }], ['counter-application', { id: 'a' }]])
  assert.equal(asked.filter((name) => name === 'filled').length, 3)
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
