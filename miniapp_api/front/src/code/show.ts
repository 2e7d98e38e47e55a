import { computed, ref, type Ref } from 'vue'
import { online, toProblem, type Problem } from '@/api/client'
import { currentKey, freshKey, portalNow, type Held } from './wallet'
import { compose, EARLY_SECONDS, msLeft, STEP_SECONDS, stepOf } from './text'

export const SCENES = ['00', '03', '01', '02', '04', '05', '06'] as const
export type Scene = (typeof SCENES)[number]

export interface Shown {
  text: Ref<string>
  /** whole seconds until the code on the screen changes */
  left: Ref<number>
  scene: Ref<Scene>
  problem: Ref<Problem | null>
  offline: Ref<boolean>
  begin: () => void
  /** Somebody else's code from now on, or one's own again. */
  again: () => void
  end: () => void
  choose: (scene: Scene) => void
  /** Another code for a second counter. 0 = done; otherwise the seconds to wait, because there is no network. */
  another: () => Promise<number>
}

/** The code on the screen: derived here, changed every half minute, without asking anybody. `as`: under which delegation, empty for oneself. */
export function useCode(as: () => string = () => ''): Shown {
  const text = ref('')
  const left = ref(STEP_SECONDS)
  const scene = ref<Scene>('00')
  const problem = ref<Problem | null>(null)
  let held: Held | null = null
  let ahead = -1 // a step shown early because somebody asked for another code without a network
  let made = ''
  let turn = 0
  let timer: ReturnType<typeof setInterval> | undefined

  async function draw(): Promise<void> {
    const mine = (turn += 1)
    try {
      const under = as()
      const found = await currentKey(under)
      if (mine !== turn || under !== as()) return
      held = found
    } catch (thrown) {
      if (mine !== turn) return
      problem.value = toProblem(thrown)
      text.value = made = ''
      return
    }
    const step = Math.max(stepOf(portalNow(held)), ahead)
    left.value = Math.max(0, Math.ceil(msLeft(portalNow(held), step) / 1000))
    const want = `${held.handle}|${step}|${scene.value}`
    if (want === made) return
    const digits = await compose(held.mac, held.handle, step, scene.value)
    if (mine !== turn) return
    made = want
    text.value = digits
    problem.value = null
  }

  function tick(): void {
    if (problem.value) return
    void draw()
  }

  return {
    text,
    left,
    scene,
    problem,
    offline: computed(() => !online.value),
    begin() {
      clearInterval(timer)
      problem.value = null
      void draw()
      timer = setInterval(tick, 500)
    },
    again() {
      problem.value = null
      text.value = made = ''
      held = null
      ahead = -1
      void draw()
    },
    end() {
      clearInterval(timer)
    },
    choose(wish) {
      scene.value = wish
      made = ''
      void draw()
    },
    async another() {
      if (online.value) {
        try {
          held = await freshKey(as())
          ahead = -1
          await draw()
          return 0
        } catch (thrown) {
          const refused = toProblem(thrown)
          if (refused.code !== 'offline') {
            problem.value = refused
            return 0
          }
        }
      }
      if (!held) return STEP_SECONDS
      const now = stepOf(portalNow(held))
      const wait = Math.ceil(msLeft(portalNow(held), Math.max(now, ahead)) / 1000 - EARLY_SECONDS)
      if (wait > 0) return wait
      ahead = Math.max(now, ahead) + 1
      await draw()
      return 0
    },
  }
}
