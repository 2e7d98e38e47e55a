import type { SignInWay, WayName } from '@/api/shapes'
import { recall, remember } from './store'

let here = 'h5'
// #ifdef MP-WEIXIN
here = 'wechat'
// #endif
/** Where this front runs. */
export const platform = here as 'h5' | 'wechat'

/** The ways that can be used on this platform; in a browser only those whose own page hands out a ticket. */
export function usable(ways: SignInWay[]): SignInWay[] {
  return ways.filter(({ method, platforms, login_url: page }) => method !== 'sms' && platforms.includes(platform) && (platform !== 'h5' || page !== ''))
}

/**
 * Fetch a one-time code of this way. A mini-program asks its platform and hands it to `came`; a browser leaves for the
 * way's own page, which comes back to the sign-in page: `linking` is remembered, so that it joins the account there.
 */
export function fetchCode(way: SignInWay, linking: boolean, came: (code: string) => void): void {
  // #ifdef H5
  remember('linking', linking ? way.method : null, true)
  location.assign(way.login_url)
  // #endif
  // #ifdef MP-WEIXIN
  uni.login({ provider: 'weixin', success: ({ code }) => came(code) })
  // #endif
}

/** Whether this browser left to link this very way; asked once. */
export function wasLinking(way: WayName): boolean {
  const left = recall<WayName>('linking', true)
  remember('linking', null, true)
  return left === way
}

/** What this device is called in the list of devices. */
export function deviceName(): string {
  const { model, browserName, osName } = uni.getSystemInfoSync() as { model?: string; browserName?: string; osName?: string }
  const named = [platform === 'h5' ? browserName : model, osName].filter(Boolean).join(' · ')
  return named.slice(0, 64)
}
