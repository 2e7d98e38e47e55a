import { reactive } from 'vue'
import { portalTime } from '@/api/client'
import { on } from '@/api/live'
import { api } from '@/api/portal'
import type { FilledApplication, Notice, Visit } from '@/api/shapes'
import { t } from '@/words'
import { peopleNow } from './acting'
import { refresh, session } from './session'
import { say } from './toast'

/** What reached this person lately: unread count, the newest notice, the newest look at their code (`visit`: it has just
    happened; `looked`: whenever it was), an open question. */
export const inbox = reactive({
  unread: 0,
  latest: null as Notice | null,
  visit: null as Visit | null,
  looked: null as Visit | null,
  asking: null as Visit | null,
  filled: null as FilledApplication | null,
})

export async function readNotices(): Promise<void> {
  if (!session.token) return
  const { notices, unread } = await api.notices()
  inbox.unread = unread
  inbox.latest = notices[0] ?? null
}

/** A question that has gone because its code was taken back goes with a sentence why. */
function sayIfOver(visit: Visit | undefined): void {
  const state = visit?.consent?.state
  if (state === 'withdrawn' || state === 'revoked') say(t(`consent.${state}`, { name: visit?.for_whom ?? '' }), 8_000)
}

/** Look at the newest visits; fresh says that one has just happened and should be shown. */
export async function readVisits(fresh: boolean): Promise<void> {
  if (!session.token) return
  const before = inbox.asking
  const { visits } = await api.visits()
  const pending = visits.find(({ consent }) => consent?.state === 'pending' && Date.parse(consent.expires_at) > portalTime())
  inbox.asking = pending ?? null
  inbox.looked = visits[0] ?? null
  if (fresh) inbox.visit = inbox.looked
  if (before) sayIfOver(visits.find(({ id }) => id === before.id))
}

/** What a counter has filled in and waits for a word. Where it went with its delegation, a sentence says so. */
export async function readFilled(): Promise<void> {
  if (!session.token) return
  const before = inbox.filled
  inbox.filled = (await api.filled()).applications[0] ?? null
  if (!before?.delegation || before.id === inbox.filled?.id) return
  const stands = (await peopleNow()).some(({ id }) => id === before.delegation)
  if (!stands) say(t('desk.withdrawn', { name: before.for_whom ?? '' }), 8_000)
}

export function forgetInbox(): void {
  Object.assign(inbox, { unread: 0, latest: null, visit: null, looked: null, asking: null, filled: null })
}

/** Follow the live line. Call once. */
export function startInbox(): void {
  const quietly = (work: Promise<void>) => work.catch(() => undefined)
  on('notice', () => void quietly(readNotices()))
  on('visit', () => void quietly(readVisits(true)))
  on('counter-application', () => void quietly(readFilled()))
  on('delegation', ({ id }) => void (inbox.filled?.delegation === id && quietly(readFilled())))
  on('consent', () => void quietly(readVisits(true)))
  on('session', () => void quietly(refresh())) // it may have been this one that ended
}
