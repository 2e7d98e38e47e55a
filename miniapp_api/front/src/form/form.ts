/** The rules of a form, pure: what is asked, whether an answer will do, where a complaint belongs. */
import type { Answer, Answers, Condition, FormField, FormSection, MaterialNeed } from '@/api/shapes'
import type { Facts, Word } from '@/words'
import { dayWords } from '@/words/dates'

export interface Complaint { target: string; word: Word; facts: Facts }
/** What a person has typed so far; kinds other than choices and checkbox are kept as text. */
export type Typed = Record<string, string | string[] | boolean>

export function fieldTarget(code: string): string {
  return `field:${code}`
}
export function materialTarget(code: string): string {
  return `material:${code}`
}
/** A target as an element id. */
export function anchor(target: string): string {
  return `at-${target.replace(/[^A-Za-z0-9_-]/g, '-')}`
}

/** Whether a condition holds, given the other answers; what is not asked fulfils nothing. */
export function holds(condition: Condition | null | undefined, sections: FormSection[], typed: Typed, depth = 0): boolean {
  if (!condition) return true
  if (depth > 20) return false
  const other = sections.flatMap(({ fields }) => fields).find(({ code }) => code === condition.field)
  if (!other || !holds(other.show_if, sections, typed, depth + 1)) return false
  const value = answerOf(other, typed[other.code])
  return Array.isArray(value) ? value.includes(String(condition.equals)) : String(value ?? '') === String(condition.equals)
}

/** Whether this question is asked. */
export function asked(field: FormField, sections: FormSection[], typed: Typed): boolean {
  return holds(field.show_if, sections, typed)
}

/** The papers to hand in for these answers. */
export function neededPapers(needs: MaterialNeed[], sections: FormSection[], typed: Typed): MaterialNeed[] {
  return needs.filter(({ show_if }) => holds(show_if, sections, typed))
}

/** What one question starts with. */
export function start(field: FormField): string | string[] | boolean {
  if (field.kind === 'choices') return []
  if (field.kind === 'checkbox') return false
  return field.prefill ?? ''
}

export function startAll(sections: FormSection[], before: Typed = {}): Typed {
  const typed: Typed = {}
  for (const { fields } of sections) for (const field of fields) typed[field.code] = before[field.code] ?? start(field)
  return typed
}

/** The answer as the portal wants it, or undefined when the question is left open. */
export function answerOf(field: FormField, value: Typed[string] | undefined): Answer | undefined {
  if (value === undefined) return undefined
  if (field.kind === 'checkbox') return value === true
  if (field.kind === 'choices') return Array.isArray(value) && value.length > 0 ? value : undefined
  const text = String(value).trim()
  if (text === '') return undefined
  if (field.kind === 'number') return Number(text)
  return text
}

/** A given answer as something to type over. */
export function typedOf(field: FormField, value: Answer): string | string[] | boolean {
  if (field.kind === 'choices') return Array.isArray(value) ? value : [String(value)]
  return field.kind === 'checkbox' ? value === true : String(value)
}

/** Everything answered and asked, as the portal wants it. */
export function answersOf(sections: FormSection[], typed: Typed): Answers {
  const answers: Answers = {}
  for (const { fields } of sections) {
    for (const field of fields) {
      const answer = asked(field, sections, typed) ? answerOf(field, typed[field.code]) : undefined
      if (answer !== undefined) answers[field.code] = answer
    }
  }
  return answers
}

/** A bound of a question; "today" is the legal day in Shanghai. */
export function limitOf(limit: number | string | null | undefined, now = Date.now()): number | string | null {
  return limit === 'today' ? new Date(now + 8 * 3_600_000).toISOString().slice(0, 10) : (limit ?? null)
}

function rangeWord(field: FormField, value: number | string): Word | null {
  const [lowest, highest] = [limitOf(field.minimum), limitOf(field.maximum)]
  if (lowest !== null && value < lowest) return field.kind === 'date' ? 'form.too_early' : 'form.too_small'
  if (highest !== null && value > highest) return field.kind === 'date' ? 'form.too_late' : 'form.too_large'
  return null
}

function wrong(field: FormField, value: Typed[string] | undefined): Word | null {
  const answer = answerOf(field, value)
  if (answer === undefined || (field.kind === 'checkbox' && answer !== true)) {
    if (!field.required) return null
    if (field.kind === 'checkbox') return 'form.tick'
    return field.kind === 'choice' || field.kind === 'choices' || field.kind === 'date' ? 'form.choose' : 'form.fill'
  }
  if (field.kind === 'number') return Number.isFinite(answer) ? rangeWord(field, answer as number) : 'form.number'
  if (field.kind === 'phone') return /^1[3-9][0-9]{9}$/.test(String(answer)) ? null : 'form.phone'
  if (field.kind === 'date') return /^\d{4}-\d{2}-\d{2}$/.test(String(answer)) ? rangeWord(field, String(answer)) : 'form.date'
  if (field.max_length && Array.from(String(answer)).length > field.max_length) return 'form.too_long'
  return null
}

/** What is wrong in one section, in the order of the page. */
export function complaints(section: FormSection, sections: FormSection[], typed: Typed): Complaint[] {
  return section.fields.flatMap((field) => {
    const word = asked(field, sections, typed) ? wrong(field, typed[field.code]) : null
    if (!word) return []
    const facts = { label: field.label, n: field.max_length ?? 0, min: limitOf(field.minimum) ?? '', max: limitOf(field.maximum) ?? '' }
    return [{ target: fieldTarget(field.code), word, facts }]
  })
}

export function materialComplaints(needs: MaterialNeed[], had: Record<string, unknown>): Complaint[] {
  return needs
    .filter(({ code, required }) => required && !had[code])
    .map(({ code, name }) => ({ target: materialTarget(code), word: 'form.material' as Word, facts: { label: name } }))
}

const LARGEST = 20 * 1024 * 1024

/** Why a picked file cannot be sent, or null. The portal looks again, at the bytes. */
export function fileWord(name: string, size: number, media: string[]): Word | null {
  const ending = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase().replace('jpg', 'jpeg') ?? ''
  if (ending && media.length > 0 && !media.includes(ending)) return 'form.file_kind'
  return size > LARGEST ? 'form.file_large' : null
}

/** Where a complaint of the portal belongs: answers.name, field:name, name and /answers/name all mean one field. */
export function targetOf(field: string, sections: FormSection[], needs: MaterialNeed[]): string {
  const parts = field.split(/[.:/[\]]+/).filter(Boolean)
  const material = parts.find((part) => needs.some(({ code }) => code === part))
  if (material && /^\/?materials?/.test(field)) return materialTarget(material)
  const code = parts.find((part) => sections.some(({ fields }) => fields.some((one) => one.code === part)))
  if (code) return fieldTarget(code)
  return material ? materialTarget(material) : ''
}

/** An answer as a person reads it back. */
export function shown(field: FormField, value: Typed[string] | undefined, yes: string, no: string): string {
  const answer = answerOf(field, value)
  if (answer === undefined) return ''
  if (typeof answer === 'boolean') return answer ? yes : no
  const label = (one: string) => field.options.find((option) => option.value === one)?.label ?? one
  if (field.kind === 'date') return dayWords(String(answer))
  return Array.isArray(answer) ? answer.map(label).join('、') : label(String(answer))
}
