import { computed, reactive } from 'vue'
import { caller } from '@/api/client'
import { api } from '@/api/portal'
import type { Me, SignedIn } from '@/api/shapes'
import { forgetKey } from '@/code/wallet'
import { forgetCopy } from '@/credential/copy'
import { forgetActing } from './acting'
import { prefer, preferences, type Language } from './preferences'
import { endPush } from './push'
import { recall, remember } from './store'

/** Real name checked against the identity register. */
export const VERIFIED = 3

interface Kept { token: string; resident: Me | null }
const kept = recall<Kept>('session')

/** Who holds this phone. The last known resident stays readable without a network. */
export const session = reactive<Kept>({ token: kept?.token ?? '', resident: kept?.resident ?? null })
export const signedIn = computed(() => session.token !== '')
export const verified = computed(() => (session.resident?.loa ?? 0) >= VERIFIED)

caller.token = session.token
caller.lost = () => leave()

function keep(token: string, resident: Me | null): void {
  session.token = token
  session.resident = resident
  caller.token = token
  remember('session', token ? { token, resident } : null)
}

/** No key and no credential of whoever was here may stay. */
export async function forgetSecrets(): Promise<void> {
  forgetActing()
  await forgetCopy()
  await forgetKey()
}

/** Forget the person on this device: token, code key, credential, drafts of this tab. */
export function leave(): void {
  keep('', null)
  void forgetSecrets()
}

/** Take over what a sign-in answered. */
export async function enter({ token, resident }: SignedIn): Promise<void> {
  await forgetSecrets()
  keep(token, resident)
  prefer({ language: resident.language === 'en' ? 'en' : 'zh-CN', elder: resident.elder || preferences.elder })
}

/** Take over a token made elsewhere (the demo's tour); true when the portal knows it. */
export async function adopt(token: string): Promise<boolean> {
  await forgetSecrets()
  keep(token, null)
  try {
    keep(token, await api.me())
    return true
  } catch {
    leave()
    return false
  }
}

export function learn(resident: Me): void {
  keep(session.token, resident)
}

/** A proof changed who is here and gave the session a new token. */
export function proven(token: string, resident: Me): void {
  keep(token, resident)
}

/** Two accounts have become one: the token stays, the person's keys of the closed account do not. */
export async function merged(resident: Me): Promise<void> {
  await forgetSecrets()
  keep(session.token, resident)
  prefer({ language: resident.language === 'en' ? 'en' : 'zh-CN', elder: resident.elder || preferences.elder })
}

/** Ask the portal again who I am; without a network the last answer stands. */
export async function refresh(): Promise<void> {
  if (session.token) learn(await api.me())
}

export async function signOut(): Promise<void> {
  await endPush().catch(() => undefined)
  await api.signOut().catch(() => undefined)
  leave()
}

/** Change language or elder version here and, for a known person, at the portal. */
export function chooseReading(change: { language?: Language; elder?: boolean }): void {
  prefer(change)
  if (session.token) api.prefer(change).then(learn, () => undefined)
}
