import { ref, type Ref } from 'vue'
import { copyNow, wallet } from './copy'
import { proven } from './proof'

/** Counters take a proof for a minute; a third of it leaves them time to look. */
export const REDRAW_SECONDS = 20

export interface ShownCopy {
  text: Ref<string>
  /** whole seconds until the picture changes */
  left: Ref<number>
  /** unix milliseconds of the portal's clock, as of the last look at it */
  now: Ref<number>
  begin: () => void
  end: () => void
}

/** The copy on the screen with a proof that is never older than REDRAW_SECONDS. Asks nobody. */
export function useCopy(): ShownCopy {
  const text = ref('')
  const left = ref(REDRAW_SECONDS)
  const now = ref(Date.now())
  let drawn = 0
  let of = ''
  let timer: ReturnType<typeof setInterval> | undefined

  async function tick(): Promise<void> {
    const copy = wallet.copy
    if (!copy) {
      text.value = of = ''
      return
    }
    now.value = await copyNow(copy)
    if (now.value >= copy.expiresAt) {
      text.value = of = ''
      return
    }
    const age = (now.value - drawn) / 1000
    if (of === copy.id && age >= 0 && age < REDRAW_SECONDS) {
      left.value = Math.ceil(REDRAW_SECONDS - age)
      return
    }
    const shown = await proven(copy.text, Math.floor(now.value / 1000), copy.sign)
    if (wallet.copy !== copy) return
    drawn = now.value
    of = copy.id
    text.value = shown
    left.value = REDRAW_SECONDS
  }

  return {
    text,
    left,
    now,
    begin() {
      clearInterval(timer)
      void tick()
      timer = setInterval(() => void tick(), 500)
    },
    end() {
      clearInterval(timer)
    },
  }
}
