import { reactive } from 'vue'

/** The licence whose face was opened last: the counter's question begins with that one chosen. */
export const showing = reactive({ licence: '' })
