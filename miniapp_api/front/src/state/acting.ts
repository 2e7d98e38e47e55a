import { computed, reactive } from 'vue'
import type { Delegation } from '@/api/shapes'
import { call } from '@/api/client'
import { t } from '@/words'
import { recall, remember } from './store'

/** Whom somebody acts for now, as far as a page needs it to say so. */
export interface ActingFor { id: string; name: string; relation: string; showsCode: boolean; allItems: boolean; items: string[] }

/** Whom I act for: everybody who said yes, and the one chosen now. Kept with the tab only, so that nobody is forgotten. */
export const acting = reactive({
  chosen: recall<ActingFor>('acting', true),
  people: [] as ActingFor[],
})

/** The delegation that a call is made under; empty for oneself. */
export const actingId = computed(() => acting.chosen?.id ?? '')

export function actFor(one: ActingFor | null): void {
  acting.chosen = one
  remember('acting', one, true)
}

export function personOf(one: Delegation): ActingFor {
  const items = one.scope.items.map(({ code }) => code)
  return {
    id: one.id, name: one.organisation?.name ?? one.principal_masked, relation: one.relation_label,
    showsCode: one.scope.all_purposes || one.scope.purposes.length > 0, allItems: one.scope.all_items, items,
  }
}

/** Whom I may act for, asked now. */
export async function peopleNow(): Promise<ActingFor[]> {
  const people: ActingFor[] = []
  let cursor: string | null = null
  do {
    const page: { delegations: Delegation[]; next_cursor: string | null } = await call('GET', '/delegations', { query: { cursor } })
    people.push(...page.delegations.filter((one) => one.side === 'delegate' && one.in_force).map(personOf))
    cursor = page.next_cursor
  } while (cursor)
  return people
}

/** Ask whom I may act for. Who withdrew is acted for no more. */
export async function readPeople(): Promise<void> {
  const people = await peopleNow()
  acting.people = people
  if (acting.chosen) actFor(people.find(({ id }) => id === acting.chosen?.id) ?? null) // in the reader's present words
}

/** What a link is about: `self`, or a delegation of mine (`for`); without either whoever was chosen stays chosen. */
export async function actAsLinked(linked: string): Promise<void> {
  if (!linked || linked === actingId.value) return
  if (linked === 'self') return actFor(null)
  await readPeople()
  actFor(acting.people.find(({ id }) => id === linked) ?? null)
}

/** 王*山（父亲）. */
export function nameOf(one: ActingFor): string {
  return one.relation ? t('acting.who', { name: one.name, relation: one.relation }) : one.name
}

/** Nobody is signed in any more. */
export function forgetActing(): void {
  acting.people = []
  actFor(null)
}
