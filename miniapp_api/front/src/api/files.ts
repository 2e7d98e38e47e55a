// #ifdef H5
import * as web from './files-web'
// #endif
// #ifndef H5
import * as mini from './files-mini'
// #endif

export type { Layout, Picked } from './picked'

type Files = typeof web
let files: Files | undefined
// #ifdef H5
files = web
// #endif
// #ifndef H5
files = mini
// #endif

/** Picking, sending and reading files, the way this platform does it. */
export const { upload, pick, ownFile, documentText, paperFile, openCopy } = files as Files
