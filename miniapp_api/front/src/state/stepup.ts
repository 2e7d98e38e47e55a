import { reactive } from 'vue'
import { caller, type Problem } from '@/api/client'
import type { PurposeOffered } from '@/api/shapes'

/** What an action is waiting for: the levels still to prove, in order; empty when nothing waits. `answering`: an answer is under way that will give this session a new token. */
export const stepUp = reactive({ ahead: [] as PurposeOffered[], needed: 0, answering: false })
let waiting: Promise<boolean> | null = null
let settle: (proven: boolean) => void = () => undefined

function ask(problem: Problem): Promise<boolean> {
  const { ahead, needed } = problem.facts as { ahead?: PurposeOffered[]; needed?: number }
  if (!Array.isArray(ahead) || ahead.length === 0) return Promise.resolve(false)
  if (waiting) return waiting
  stepUp.ahead = ahead
  stepUp.needed = Number(needed)
  waiting = new Promise((resolve) => (settle = resolve))
  return waiting
}

/** The person has proven enough, or would rather not: the action goes on or is refused. */
export function endStepUp(proven: boolean): void {
  const end = settle
  stepUp.ahead = []
  waiting = null
  settle = () => undefined
  end(proven)
}

caller.prove = ask
