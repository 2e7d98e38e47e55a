import { ref } from 'vue'
import { api } from '@/api/portal'
import { frame, recall, remember } from './store'

/** Whether this browser is told outside the page. null: it cannot be, so nothing is offered. */
export const pushed = ref<boolean | null>(null)

/** The worker that shows what comes, where the browser and this portal have what it takes. */
async function worker(): Promise<ServiceWorkerRegistration | undefined> {
  // #ifdef H5
  if (frame || typeof navigator === 'undefined' || !navigator.serviceWorker || !('PushManager' in window)) return undefined
  return navigator.serviceWorker.getRegistration()
  // #endif
  // #ifndef H5
  return undefined
  // #endif
}

function bytes(text: string): Uint8Array {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(plain, (one) => one.charCodeAt(0))
}

/** Look once, without asking the person anything. */
export async function lookForPush(): Promise<void> {
  const here = await worker()
  const offered = here && (await api.pushKey()).key
  pushed.value = offered ? Boolean(recall<string>('push') && (await here.pushManager.getSubscription())) : null
}

/** Ask the browser, after a tap, and tell the portal. False where the person or the browser said no. */
export async function beginPush(): Promise<boolean> {
  const here = await worker()
  const { key } = await api.pushKey()
  if (!here || !key || (await Notification.requestPermission()) !== 'granted') return false
  const made = await here.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) })
  const { endpoint, keys } = made.toJSON()
  const { id } = await api.subscribeToPush({ endpoint: endpoint ?? '', keys: { p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' } })
  remember('push', id)
  pushed.value = true
  return true
}

/** No more in this browser: also when its person signs out, since the next one may be somebody else. */
export async function endPush(): Promise<void> {
  const id = recall<string>('push')
  if (!id) return
  remember('push', null)
  if (pushed.value) pushed.value = false
  await api.endPush(id)
  await (await (await worker())?.pushManager.getSubscription())?.unsubscribe()
}
