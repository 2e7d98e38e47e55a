import { reactive } from 'vue'

/** One short sentence about what just happened. */
export const toast = reactive({ text: '' })
let timer: ReturnType<typeof setTimeout> | undefined

export function say(text: string, shown = 3_500): void {
  toast.text = text
  clearTimeout(timer)
  timer = setTimeout(() => (toast.text = ''), shown)
}
