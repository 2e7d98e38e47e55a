import { online, Problem } from '@/api/client'
import { api } from '@/api/portal'
import type { CodeKey } from '@/api/shapes'
import * as keys from './keys'
import type { Mac } from './text'

const RENEW_AFTER = 12 * 3_600_000
const JITTER = 2 * 3_600_000 // so that a city does not renew in the same minute

const TRIES = 5

/** What is remembered beside the key itself. Times are unix milliseconds of the portal's clock. */
export interface Handle {
  handle: string
  validFrom: number
  validUntil: number
  renewAt: number
  /** portal's clock minus this phone's clock */
  offset: number
}
export interface Held extends Handle { mac: Mac }

/** By the delegation they were issued under; one's own under the empty name. */
const held = new Map<string, Held>()
const asking = new Map<string, Promise<Held>>()

export function portalNow(of: Handle): number {
  return Date.now() + of.offset
}

/** The times of a fresh key, pure. sent and received are this phone's clock around the call. */
export function handleOf(key: CodeKey, sent: number, received: number, chance: number): Handle {
  const validFrom = Date.parse(key.valid_from)
  const validUntil = Date.parse(key.valid_until)
  const renewAt = Math.min(validFrom + RENEW_AFTER + chance * JITTER, validUntil)
  return { handle: key.handle, validFrom, validUntil, renewAt, offset: Date.parse(key.server_time) - (sent + received) / 2 }
}

/**
 * When to ask again, in milliseconds, or null where asking again is no use. A portal that is asked by the whole city
 * says 503 and how long to wait; each phone waits up to twice that, so that they do not all come back together.
 */
export function againIn(problem: unknown, tried: number, chance: number): number | null {
  if (!(problem instanceof Problem) || problem.status !== 503 || tried >= TRIES) return null
  const told = Number(problem.facts.retry_after)
  return (told > 0 ? told : 2) * 1_000 * (1 + chance)
}

async function askInTurn(as: string): Promise<{ key: CodeKey; sent: number }> {
  for (let tried = 1; ; tried++) {
    const sent = Date.now()
    try {
      return { key: await api.codeKey(as), sent }
    } catch (problem) {
      const wait = againIn(problem, tried, Math.random())
      if (wait === null) throw problem
      await new Promise((after) => setTimeout(after, wait))
    }
  }
}

async function fetchKey(as: string): Promise<Held> {
  const { key, sent } = await askInTurn(as)
  const handle = handleOf(key, sent, Date.now(), Math.random())
  const mac = await keys.keep(handle, key.key, as)
  const found = { ...handle, mac }
  held.set(as, found)
  return found
}

/** A fresh handle from the portal, for oneself or under a delegation; callers at the same time share one call. */
export function freshKey(as = ''): Promise<Held> {
  const flight = asking.get(as) ?? fetchKey(as).finally(() => asking.delete(as))
  asking.set(as, flight)
  return flight
}

async function known(as: string): Promise<Held | null> {
  const found = held.get(as) ?? (await keys.read(as))
  if (found) held.set(as, found)
  return found
}

/** The key to derive with: the kept one while it lives, renewed quietly when it is due. Throws Problem. */
export async function currentKey(as = ''): Promise<Held> {
  const kept = await known(as)
  if (!kept || portalNow(kept) >= kept.validUntil) return freshKey(as)
  if (portalNow(kept) >= kept.renewAt && online.value) return freshKey(as).catch(() => kept)
  return kept
}

/** What the kept key knows of the portal's clock, and since when (unix milliseconds); asks nobody. */
export async function knownOffset(): Promise<{ offset: number; at: number } | null> {
  const kept = await known('')
  return kept ? { offset: kept.offset, at: kept.validFrom } : null
}

/** Nobody is signed in any more: no key may stay. */
export async function forgetKey(): Promise<void> {
  held.clear()
  asking.clear()
  await keys.forget()
}
