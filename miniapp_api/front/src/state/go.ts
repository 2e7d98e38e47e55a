/** Moving between pages; the five tabs replace the stack, everything else goes on top of it. */

export const TABS = ['home', 'items', 'code', 'notices', 'me'] as const
export type Tab = (typeof TABS)[number]

/** The address of a page: path('case', {no}) is /pages/case/case?no=… */
export function path(page: string, query: Record<string, string | undefined> = {}): string {
  const parts = Object.entries(query)
    .filter((pair): pair is [string, string] => Boolean(pair[1]))
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
  return `/pages/${page}/${page}${parts.length > 0 ? `?${parts.join('&')}` : ''}`
}

function pageOf(url: string): string {
  return /^\/pages\/([a-z]+)\//.exec(url)?.[1] ?? ''
}

function isTab(url: string): boolean {
  return (TABS as readonly string[]).includes(pageOf(url))
}

/** Go to a page of our own; anything that is not one leads home. */
export function go(url: string, replace = false): void {
  const target = pageOf(url) ? url : path('home')
  if (isTab(target) && !(pageOf(target) === 'items' && target.includes('?'))) uni.reLaunch({ url: target })
  else if (replace || getCurrentPages().length >= 9) uni.redirectTo({ url: target })
  else uni.navigateTo({ url: target })
}

/** Back to where the person came from, or home. */
export function back(): void {
  if (getCurrentPages().length > 1) uni.navigateBack({ delta: 1 })
  else go(path('home'))
}

/** A link inside a notice (/m/#/pages/…) as a page address, or empty when it leads elsewhere. */
export function pageLink(link: string | null): string {
  const target = /(?:^|#)(\/pages\/[a-z]+\/[a-z]+(?:\?[^#\s]*)?)$/.exec(link ?? '')?.[1] ?? ''
  return pageOf(target) ? target : ''
}

/** A query value as the person meant it; some platforms hand it over still encoded. */
export function param(value: string | undefined): string {
  if (!value) return ''
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

/** Sign in first, then come back to this very place. */
export function signInThen(url: string): void {
  go(path('signin', { then: url }))
}
