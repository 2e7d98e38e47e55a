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

let held: Held | null = null
let asking: Promise<Held> | null = null

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

async function askInTurn(): Promise<{ key: CodeKey; sent: number }> {
  for (let tried = 1; ; tried++) {
    const sent = Date.now()
    try {
      return { key: await api.codeKey(), sent }
    } catch (problem) {
      const wait = againIn(problem, tried, Math.random())
      if (wait === null) throw problem
      await new Promise((after) => setTimeout(after, wait))
    }
  }
}

async function fetchKey(): Promise<Held> {
  const { key, sent } = await askInTurn()
  const handle = handleOf(key, sent, Date.now(), Math.random())
  const mac = await keys.keep(handle, key.key)
  held = { ...handle, mac }
  return held
}

/** A fresh handle from the portal; callers at the same time share one call. */
export function freshKey(): Promise<Held> {
  asking ??= fetchKey().finally(() => {
    asking = null
  })
  return asking
}

/** The key to derive with: the kept one while it lives, renewed quietly when it is due. Throws Problem. */
export async function currentKey(): Promise<Held> {
  held ??= await keys.read()
  if (!held || portalNow(held) >= held.validUntil) return freshKey()
  if (portalNow(held) >= held.renewAt && online.value) return freshKey().catch(() => held as Held)
  return held
}

/** What the kept key knows of the portal's clock, and since when (unix milliseconds); asks nobody. */
export async function knownOffset(): Promise<{ offset: number; at: number } | null> {
  held ??= await keys.read()
  return held ? { offset: held.offset, at: held.validFrom } : null
}

/** Nobody is signed in any more: no key may stay. */
export async function forgetKey(): Promise<void> {
  held = null
  asking = null
  await keys.forget()
}
