import { able, within } from '@/code/keys-web'
import type { Sign } from './proof'
import type { Device, Kept, Copy } from './copy'

const SLOT = 'copy'
const WAY = { name: 'ECDSA', namedCurve: 'P-256' }
interface Row { kept: Kept; key: CryptoKey }

function signer(key: CryptoKey): Sign {
  return async (message) => {
    const bytes = new TextEncoder().encode(message)
    return new Uint8Array(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes as BufferSource))
  }
}

/** Where the browser has no WebCrypto (a page that is not served over a secure address) no copy can be kept. */
export const canKeep: boolean = able

/** A key pair of this phone that no page can ever read out; the credential names its public point. */
export async function newDevice(): Promise<Device> {
  const pair = await crypto.subtle.generateKey(WAY, false, ['sign', 'verify'])
  const { x, y } = await crypto.subtle.exportKey('jwk', pair.publicKey)
  const keep = async (kept: Kept): Promise<Copy> => {
    const row: Row = { kept, key: pair.privateKey }
    await within('readwrite', (store) => store.put(row, SLOT))
    return { ...kept, sign: signer(pair.privateKey) }
  }
  return { x: x ?? '', y: y ?? '', keep }
}

export async function readCopy(): Promise<Copy | null> {
  if (!able) return null
  const row = await within<Row | undefined>('readonly', (store) => store.get(SLOT)).catch(() => undefined)
  return row ? { ...row.kept, sign: signer(row.key) } : null
}

export async function dropCopy(): Promise<void> {
  if (able) await within('readwrite', (store) => store.delete(SLOT)).catch(() => undefined)
}
