import { frame } from '@/state/store'

/**
 * Keep the pages on this phone, so that they open without a network. Not in a tour frame, not while developing, and
 * only where the browser lets a page do it (https, or this very machine). It changes nothing when it fails.
 */
export function keepShell(): void {
  if (frame || import.meta.env.DEV || typeof navigator === 'undefined' || !navigator.serviceWorker) return
  const keep = () => void navigator.serviceWorker.register('./sw.js', { scope: './' }).catch(() => undefined)
  if (document.readyState === 'complete') keep()
  else window.addEventListener('load', keep, { once: true })
}
