import { preferences } from '@/state/preferences'
import { elderEn, elderZh } from './elder'
import { en } from './en'
import { zh } from './zh-CN'

export type Word = keyof typeof zh
export type Facts = Record<string, string | number>

function worded(key: Word): string {
  const english = preferences.language === 'en'
  const elder: Partial<Record<Word, string>> = !preferences.elder ? {} : english ? elderEn : elderZh
  return elder[key] ?? (english ? en : zh)[key]
}

/** The sentence for a key in the reader's language (in elder mode the shorter one), with {placeholders} filled. */
export function t(key: Word, facts: Facts = {}): string {
  const text = worded(key)
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in facts ? String(facts[name]) : whole))
}

/** Whether there is a word for a key that comes from the wire. */
export function known(key: string): key is Word {
  return key in zh
}
