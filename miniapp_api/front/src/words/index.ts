import { preferences } from '@/state/preferences'
import { en } from './en'
import { zh } from './zh-CN'

export type Word = keyof typeof zh
export type Facts = Record<string, string | number>

/** The sentence for a key in the reader's language, with {placeholders} filled. */
export function t(key: Word, facts: Facts = {}): string {
  const text = (preferences.language === 'en' ? en : zh)[key]
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in facts ? String(facts[name]) : whole))
}

/** Whether there is a word for a key that comes from the wire. */
export function known(key: string): key is Word {
  return key in zh
}
