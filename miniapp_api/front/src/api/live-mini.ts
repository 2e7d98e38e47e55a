import { portalTime } from './client'
import { api } from './portal'

const EVERY = 5_000
const AT_THE_DESK = 2 * 3_600_000

type Asked = Pick<typeof api, 'visits' | 'notices' | 'filled'>
type Tell = (name: string, data: unknown) => void

/** One look a call; tells only what is new since the look before. A counter fills an application in for whoever has shown
    a code there: what waits for a word is asked for while such a visit may still go on, and until the last one has gone. */
export function watcher(ask: Asked, tell: Tell): () => Promise<void> {
  let seenVisit: string | null = null
  let seenConsent: string | null = null
  let seenNotice: string | null = null
  let seenFilled = ''

  async function lookForFilled(): Promise<void> {
    const waiting = (await ask.filled()).applications[0]?.id ?? ''
    // a new one, or the one that was there is gone: answered elsewhere, run out, or its delegation has ended
    if (waiting !== seenFilled) tell('counter-application', { id: waiting || seenFilled })
    seenFilled = waiting
  }

  return async () => {
    const [{ visits }, { notices }] = await Promise.all([ask.visits(), ask.notices()])
    const visit = visits[0]
    if (visit && seenVisit !== null && visit.id !== seenVisit) tell('visit', { id: visit.id, outcome: visit.outcome })
    const pending = visits.find(({ consent }) => consent?.state === 'pending')
    // a new question, or the one that was open is gone: answered elsewhere, or its code was taken back
    const changed = pending?.id ?? (seenConsent || null)
    if (changed && pending?.id !== seenConsent) tell('consent', { visit_id: changed })
    const notice = notices[0]
    if (notice && seenNotice !== null && notice.id !== seenNotice) tell('notice', { id: notice.id })
    seenVisit = visit?.id ?? ''
    seenConsent = pending?.id ?? ''
    seenNotice = notice?.id ?? ''
    if (seenFilled || (visit && Date.parse(visit.at) > portalTime() - AT_THE_DESK)) await lookForFilled()
  }
}

/** Mini-programs have no streams: ask while the page is in front, one look after the other, and not while it is hidden. */
export function poll(tell: Tell): () => void {
  const look = watcher(api, tell)
  let inFront = true
  let looking = false
  const show = () => (inFront = true)
  const hide = () => (inFront = false)
  uni.onAppShow(show)
  uni.onAppHide(hide)

  async function next(): Promise<void> {
    if (!inFront || looking) return
    looking = true
    await look().catch(() => undefined)
    looking = false
  }
  const timer = setInterval(() => void next(), EVERY)
  return () => {
    clearInterval(timer)
    uni.offAppShow?.(show)
    uni.offAppHide?.(hide)
  }
}
