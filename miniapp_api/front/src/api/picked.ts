/** A file the person picked: a blob on a web page, a path in a mini-program. */
export interface Picked { name: string; size: number; path: string; blob?: File }
/** How a paper credential is laid out for printing. */
export type Layout = 'a6' | 'stickers'
