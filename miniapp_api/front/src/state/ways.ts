import type { Way } from '@/api/shapes'

let platform: 'h5' | 'wechat' = 'h5'
// #ifdef MP-WEIXIN
platform = 'wechat'
// #endif

/** The ways that can be used on this platform; in a browser only those whose own page hands out a ticket. */
export function usable(ways: Way[]): Way[] {
  return ways.filter(({ method, platforms, login_url: page }) => method !== 'sms' && platforms.includes(platform) && (platform !== 'h5' || page !== ''))
}

/** What this device is called in the list of devices. */
export function deviceName(): string {
  const { model, browserName, osName } = uni.getSystemInfoSync() as { model?: string; browserName?: string; osName?: string }
  const named = [platform === 'h5' ? browserName : model, osName].filter(Boolean).join(' · ')
  return named.slice(0, 64)
}
