import { reactive } from 'vue'
import { portalTime } from '@/api/client'
import { on } from '@/api/live'
import { api } from '@/api/portal'
import type { FilledApplication, Notice, Visit } from '@/api/shapes'
import { refresh, session } from './session'

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

/** Look at the newest visits; fresh says that one has just happened and should be shown. */
export async function readVisits(fresh: boolean): Promise<void> {
  if (!session.token) return
  const { visits } = await api.visits()
  const pending = visits.find(({ consent }) => consent?.state === 'pending' && Date.parse(consent.expires_at) > portalTime())
  inbox.asking = pending ?? null
  inbox.looked = visits[0] ?? null
  if (fresh) inbox.visit = inbox.looked
}

/** What a counter has filled in and waits for a word. */
export async function readFilled(): Promise<void> {
  if (!session.token) return
  inbox.filled = (await api.filled()).applications[0] ?? null
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
  on('consent', () => void quietly(readVisits(true)))
  on('session', () => void quietly(refresh())) // it may have been this one that ended
}
