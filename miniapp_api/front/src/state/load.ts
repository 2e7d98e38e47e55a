import { ref, type Ref } from 'vue'
import { toProblem, type Problem } from '@/api/client'

export interface Loading<T> {
  data: Ref<T | null>
  problem: Ref<Problem | null>
  loading: Ref<boolean>
  /** Ask (again). What was there stays visible while asking. */
  load: () => Promise<void>
}

/** A page's data: asked, here, or refused with words. A late answer to an earlier question is dropped. */
export function useLoad<T>(ask: () => Promise<T>): Loading<T> {
  const data = ref(null) as Ref<T | null>
  const problem = ref(null) as Ref<Problem | null>
  const loading = ref(false)
  let turn = 0
  async function load(): Promise<void> {
    const mine = (turn += 1)
    loading.value = true
    problem.value = null
    try {
      const answer = await ask()
      if (mine === turn) data.value = answer
    } catch (thrown) {
      if (mine === turn) problem.value = toProblem(thrown)
    } finally {
      if (mine === turn) loading.value = false
    }
  }
  return { data, problem, loading, load }
}

export interface Paging<T> {
  list: Ref<T[]>
  total: Ref<number>
  more: Ref<boolean>
  problem: Ref<Problem | null>
  loading: Ref<boolean>
  /** False until the first answer, so that "empty" is never said too early. */
  asked: Ref<boolean>
  restart: () => Promise<void>
  next: () => Promise<void>
}

/** A list read page by page by its cursor. */
export function usePaging<T>(ask: (cursor: string | null) => Promise<{ rows: T[]; cursor: string | null; total?: number }>): Paging<T> {
  const list = ref([]) as Ref<T[]>
  const total = ref(0)
  const more = ref(false)
  const problem = ref(null) as Ref<Problem | null>
  const loading = ref(false)
  const asked = ref(false)
  let cursor: string | null = null
  let turn = 0
  async function read(fresh: boolean): Promise<void> {
    const mine = (turn += 1)
    loading.value = true
    problem.value = null
    try {
      const answer = await ask(fresh ? null : cursor)
      if (mine !== turn) return
      list.value = fresh ? answer.rows : [...list.value, ...answer.rows]
      cursor = answer.cursor
      more.value = cursor !== null
      total.value = answer.total ?? list.value.length
      asked.value = true
    } catch (thrown) {
      if (mine === turn) problem.value = toProblem(thrown)
    } finally {
      if (mine === turn) loading.value = false
    }
  }
  return { list, total, more, problem, loading, asked, restart: () => read(true), next: () => read(false) }
}
