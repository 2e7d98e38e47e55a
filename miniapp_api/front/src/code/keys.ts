// #ifdef H5
import * as web from './keys-web'
// #endif
// #ifndef H5
import * as mini from './keys-mini'
// #endif

type Keys = Pick<typeof web, 'keep' | 'read' | 'forget'>
let keys: Keys | undefined
// #ifdef H5
keys = web
// #endif
// #ifndef H5
keys = mini
// #endif

/** Where this platform keeps the code key. */
export const { keep, read, forget } = keys as Keys
