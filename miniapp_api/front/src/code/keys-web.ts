import { frame, recall, remember } from '@/state/store'
import { fromBase64Url, lockedKey, lockedMac, plainMac } from './mac'
import type { Mac } from './text'
import type { Handle, Held } from './wallet'

interface Row { handle: Handle; key: CryptoKey }
const slot = (as: string) => (as ? `for:${as}` : 'current')

// A tour frame lives and ends with its tab, so its key has a place of its own.
function place(): string {
  if (!frame) return 'yima'
  const name = recall<string>('keys', true) ?? `yima-${frame}-${crypto.getRandomValues(new Uint32Array(1))[0]!.toString(36)}`
  remember('keys', name, true)
  return name
}

/** Whether this browser can hold keys that a page cannot read. */
export const able = typeof indexedDB !== 'undefined' && typeof crypto !== 'undefined' && Boolean(crypto.subtle)

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(place(), 1)
    request.onupgradeneeded = () => request.result.createObjectStore('keys')
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

export async function within<T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open()
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = database.transaction('keys', mode)
      const request = ask(transaction.objectStore('keys'))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onerror = () => reject(transaction.error)
      transaction.onabort = () => reject(transaction.error)
    })
  } finally {
    database.close()
  }
}

/** Keep a key so that the page can use it but never read it; without WebCrypto it lives in memory only. */
export async function keep(handle: Handle, key: string, as = ''): Promise<Mac> {
  const bytes = fromBase64Url(key)
  if (!able) return plainMac(bytes)
  const locked = await lockedKey(bytes)
  const row: Row = { handle, key: locked }
  await within('readwrite', (store) => store.put(row, slot(as))).catch(() => undefined)
  return lockedMac(locked)
}

export async function read(as = ''): Promise<Held | null> {
  if (!able) return null
  const row = await within<Row | undefined>('readonly', (store) => store.get(slot(as))).catch(() => undefined)
  return row ? { ...row.handle, mac: lockedMac(row.key) } : null
}

export async function forget(): Promise<void> {
  if (able) await within('readwrite', (store) => store.clear()).catch(() => undefined)
}
