// #ifdef H5
import * as web from './device-web'
// #endif
// #ifndef H5
import * as mini from './device-mini'
// #endif

type Place = typeof web
let place: Place | undefined
// #ifdef H5
place = web
// #endif
// #ifndef H5
place = mini
// #endif

/** Where this platform keeps the phone's own key and the credential bound to it. */
export const { canKeep, newDevice, readCopy, dropCopy } = place as Place
