import { api } from './portal'

const EVERY = 5_000

/** Mini-programs have no streams: ask while the page is in front, and tell only what is new. */
export function poll(tell: (name: string, data: unknown) => void): () => void {
  let seenVisit: string | null = null
  let seenConsent: string | null = null
  let seenNotice: string | null = null
  let inFront = true
  const show = () => (inFront = true)
  const hide = () => (inFront = false)
  uni.onAppShow(show)
  uni.onAppHide(hide)

  async function look(): Promise<void> {
    if (!inFront) return
    const [{ visits }, { notices }] = await Promise.all([api.visits(), api.notices()])
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
  }
  const timer = setInterval(() => look().catch(() => undefined), EVERY)
  return () => {
    clearInterval(timer)
    uni.offAppShow?.(show)
    uni.offAppHide?.(hide)
  }
}
