import type { Uploaded } from '@/api/shapes'
import { newKey } from '@/api/client'
import type { Typed } from '@/form/form'
import { recall, remember } from './store'

/** An application being filled in. The key belongs to this application until the portal has answered it. */
export interface Draft { version: number | string; step: number; typed: Typed; files: Record<string, Uploaded>; key: string }

export function readDraft(item: string, version: number | string): Draft | null {
  const draft = recall<Draft>(`draft:${item}`, true)
  return draft?.version === version ? draft : null
}

export function emptyDraft(version: number | string): Draft {
  return { version, step: 0, typed: {}, files: {}, key: newKey() }
}

export function keepDraft(item: string, draft: Draft): void {
  remember(`draft:${item}`, draft, true)
}

export function dropDraft(item: string): void {
  remember(`draft:${item}`, null, true)
}
