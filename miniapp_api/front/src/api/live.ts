import { watch } from 'vue'
import { session } from '@/state/session'
import { online } from './client'
// #ifdef H5
import { listen } from './live-web'
// #endif
// #ifndef H5
import { poll } from './live-mini'
// #endif

export interface LiveEvents {
  export: { id: string; state: string }
  delegation: { id: string; state: string }
  newborn: { id: string; state: string }
  notice: { id: string }
  case: { case_no: string; status: string }
  visit: { id: string; outcome: string }
  consent: { visit_id: string }
  'counter-application': { id: string }
  ticket: { id: string; state: string }
  session: Record<string, never>
  verification: { loa: number }
  credential: Record<string, never>
}
export type LiveName = keyof LiveEvents
type Listener = (data: never) => void

const listeners = new Map<LiveName, Set<Listener>>()

/** Hear of something as it happens; call the answer to stop listening. */
export function on<N extends LiveName>(name: N, listener: (data: LiveEvents[N]) => void): () => void {
  const set = listeners.get(name) ?? new Set<Listener>()
  listeners.set(name, set.add(listener as Listener))
  return () => set.delete(listener as Listener)
}

export function tell(name: string, data: unknown): void {
  online.value = true
  for (const listener of [...(listeners.get(name as LiveName) ?? [])]) listener(data as never)
}

/** Keep one live line open for whoever is signed in. Call once. */
export function startLive(): void {
  let stop: (() => void) | null = null
  watch(
    () => session.token,
    (token) => {
      stop?.()
      stop = null
      if (!token) return
      // #ifdef H5
      stop = listen(tell)
      // #endif
      // #ifndef H5
      stop = poll(tell)
      // #endif
    },
    { immediate: true },
  )
}
