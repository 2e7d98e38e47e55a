import type { Todo } from '@/api/shapes'
import { path } from './go'

/** Where a duty is done: the correction page at the very field that is asked for, or the review. */
export function todoLink(caseNo: string, todo: Todo): string {
  if (todo.kind === 'review') return path('review', { no: caseNo })
  return path('correct', { no: caseNo, at: todo.items[0]?.target })
}
