import { reactive } from 'vue'
import { newKey, online } from '@/api/client'
import { api } from '@/api/portal'
import type { Tier } from '@/api/shapes'
import { knownOffset } from '@/code/wallet'
import { canKeep, dropCopy, newDevice, readCopy } from './device'
import type { Sign } from './proof'

/** What is kept beside the phone's key. Times are unix milliseconds of the portal's clock. */
export interface Kept { id: string; tier: Tier; text: string; name: string; issuedAt: number; expiresAt: number; offset: number }
export interface Copy extends Kept { sign: Sign }
export interface Device { x: string; y: string; keep: (kept: Kept) => Promise<Copy> }

/** The copy on this phone, and in words why the last one ended, if it did not end by itself. */
export const wallet = reactive({ copy: null as Copy | null, read: false, ended: '' })
export const able = canKeep
let renewing = false

/** The portal's time by what this phone knows without asking: the younger of what key and copy learned. */
export async function copyNow(copy: Kept): Promise<number> {
  const learned = await knownOffset()
  return Date.now() + (learned && learned.at > copy.issuedAt ? learned.offset : copy.offset)
}

export async function openCopy(): Promise<void> {
  wallet.copy ??= await readCopy()
  wallet.read = true
}

/** A new copy under a new key; the portal ends the older one of this tier. Throws Problem. */
export async function orderCopy(tier: Tier): Promise<void> {
  const device = await newDevice()
  const sent = Date.now()
  const made = await api.orderCredential({ tier, form: 'phone', device_key: { x: device.x, y: device.y } }, newKey())
  const [issuedAt, expiresAt] = [Date.parse(made.issued_at), Date.parse(made.expires_at)]
  const offset = issuedAt - (sent + Date.now()) / 2
  const old = wallet.copy
  wallet.copy = await device.keep({ id: made.id, tier, text: made.text, name: made.name, issuedAt, expiresAt, offset })
  wallet.ended = ''
  // One phone holds one copy: the other tier's would be out of sight and still alive.
  if (old && old.tier !== tier) await api.loseCredential(old.id).catch(() => undefined)
}

/** Ask whether the copy still lives; an ended one is forgotten, and why is said. */
export async function checkCopy(): Promise<void> {
  const mine = wallet.copy
  if (!mine) return
  const { credentials } = await api.credentials()
  const found = credentials.find(({ id }) => id === mine.id)
  if (!found || found.state === 'valid' || wallet.copy !== mine) return
  await forgetCopy()
  wallet.ended = found.state_label
}

/** A copy that has less than a third of its life left is replaced, without a word; without a network the old one stays. */
export async function renewCopy(): Promise<void> {
  await openCopy()
  const mine = wallet.copy
  if (!mine || !online.value || renewing) return
  const now = await copyNow(mine)
  const due = mine.expiresAt - (mine.expiresAt - mine.issuedAt) / 3
  if (now < due || now >= mine.expiresAt) return
  renewing = true
  await orderCopy(mine.tier).catch(() => undefined).finally(() => {
    renewing = false
  })
}

/** Nobody is signed in any more, or this phone's copies were reported lost. */
export async function forgetCopy(): Promise<void> {
  wallet.copy = null
  wallet.ended = ''
  await dropCopy()
}
