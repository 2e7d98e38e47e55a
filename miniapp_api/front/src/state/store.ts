/** What this device remembers. In a tour frame everything stays in that frame and ends with the tab. */

let frameName = ''
// #ifdef H5
frameName = /^tour[a-z0-9-]*$/.exec(new URLSearchParams(location.search).get('frame') ?? '')?.[0] ?? ''
// #endif
export const frame = frameName

const prefix = `yima:${frame}:`

// #ifdef H5
function area(short: boolean): Storage {
  return short || frame ? sessionStorage : localStorage
}
// #endif

/** Read a remembered value. short: for drafts, which a browser forgets with the tab. */
export function recall<T>(name: string, short = false): T | null {
  try {
    let text = ''
    // #ifdef H5
    text = area(short).getItem(prefix + name) ?? ''
    // #endif
    // #ifndef H5
    text = (uni.getStorageSync(prefix + name) as string) || (short ? '' : '')
    // #endif
    return text ? (JSON.parse(text) as T) : null
  } catch {
    return null
  }
}

/** Remember a value, or forget it with null. A full or forbidden store is no reason to stop. */
export function remember(name: string, value: unknown, short = false): void {
  const text = value === null ? '' : JSON.stringify(value)
  try {
    // #ifdef H5
    if (text) area(short).setItem(prefix + name, text)
    else area(short).removeItem(prefix + name)
    // #endif
    // #ifndef H5
    if (text) uni.setStorageSync(prefix + name, text)
    else uni.removeStorageSync(prefix + name)
    // #endif
  } catch {
    return
  }
}
