import { caller, headers, origin } from './client'
import { eventReader } from './events'

const FIRST_PAUSE = 1_000
const LONGEST_PAUSE = 30_000

async function hear(tell: (name: string, data: unknown) => void, signal: AbortSignal): Promise<number> {
  const answer = await fetch(`${origin}/api/v1/stream`, {
    headers: { ...headers(), Accept: 'text/event-stream' },
    signal,
  })
  if (!answer.ok || !answer.body) return answer.status
  const feed = eventReader(tell)
  const reader = answer.body.getReader()
  const decoder = new TextDecoder()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return 200
    feed(decoder.decode(value, { stream: true }))
  }
}

/** Resolves when the phone has a network again; at once where it has one or does not say. */
function connected(signal: AbortSignal): Promise<void> {
  if (navigator.onLine !== false) return Promise.resolve()
  return new Promise((done) => {
    window.addEventListener('online', () => done(), { once: true })
    signal.addEventListener('abort', () => done(), { once: true })
  })
}

/** One stream by fetch, because the token belongs in a header; opened again with growing pauses until stopped, and not
    while the phone says that it has no network. */
export function listen(tell: (name: string, data: unknown) => void): () => void {
  const ended = new AbortController()
  const run = async () => {
    let pause = FIRST_PAUSE
    for (;;) {
      await connected(ended.signal)
      if (ended.signal.aborted) return
      const began = Date.now()
      const status = await hear(tell, ended.signal).catch(() => 0)
      if (status === 401) caller.lost() // signed out elsewhere: nothing may stay on this phone
      if (status === 401 || status === 403) return
      pause = Date.now() - began > LONGEST_PAUSE ? FIRST_PAUSE : Math.min(pause * 2, LONGEST_PAUSE)
      await new Promise((done) => setTimeout(done, pause * (0.5 + Math.random() / 2)))
    }
  }
  void run()
  return () => ended.abort()
}
