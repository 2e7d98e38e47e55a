/**
 * The demo's tour shows these pages in a frame of its own page. It may hand over a session and hears where the
 * person is and which code is shown. Same origin and demo portals only; elsewhere nothing is said or heard.
 */
import { watch } from 'vue'
import { go, path } from './go'
import { portal } from './portal'
import { adopt } from './session'

export interface Router { afterEach(then: (to: { fullPath: string; matched: unknown[] }) => void): void }
interface Wish { type: 'yima-sign-in'; token: string; path?: string }

function framed(): boolean {
  return portal.demo && window.parent !== window
}

function post(message: Record<string, string>): void {
  if (framed()) window.parent.postMessage(message, location.origin)
}

/** Tell the tour what the screen shows, so that "scan this screen" works without a camera. */
export function tellCode(text: string): void {
  post({ type: 'yima-code', text })
}

function isWish(data: unknown): data is Wish {
  const wish = data as Partial<Wish> | null
  return typeof wish === 'object' && wish?.type === 'yima-sign-in' && typeof wish.token === 'string'
}

/**
 * Addresses typed or set from outside: one that is no page leads home; one that names the page on the screen with
 * another query is read afresh.
 */
export function followAddress(router?: Router): void {
  router?.afterEach(({ matched }) => {
    if (matched.length === 0) setTimeout(() => go(path('home')))
  })
  window.addEventListener('hashchange', () => {
    setTimeout(() => {
      const top = getCurrentPages().slice(-1)[0] as { $page?: { fullPath: string } } | undefined
      const [here, there] = [top?.$page?.fullPath ?? '', decodeURIComponent(location.hash.slice(1))]
      if (here.split('?')[0] === there.split('?')[0] && decodeURIComponent(here) !== there) location.reload()
    }, 200)
  })
}

export function startTour(router?: Router): void {
  let here = location.hash.slice(1) || '/'
  router?.afterEach(({ fullPath }) => {
    here = fullPath
    post({ type: 'yima-route', path: here })
  })
  watch(
    () => portal.demo,
    (demo) => {
      if (!demo) return
      post({ type: 'yima-ready' })
      post({ type: 'yima-route', path: here })
    },
    { immediate: true },
  )
  window.addEventListener('message', (event) => {
    if (event.origin !== location.origin || event.source !== window.parent || !framed() || !isWish(event.data)) return
    const next = event.data.path ?? path('home')
    void adopt(event.data.token).then((known) => {
      post({ type: known ? 'yima-signed-in' : 'yima-sign-in-refused' })
      if (known) go(next)
    })
  })
}
