/** Bright and awake while a code is shown, where the platform lets a page ask for it; call the answer to end it. */
export function keepAwake(): () => void {
  let end = () => undefined as void
  // #ifdef H5
  type Lock = { release(): Promise<void> }
  const wake = (navigator as { wakeLock?: { request(kind: 'screen'): Promise<Lock> } }).wakeLock
  const lock = wake?.request('screen').catch(() => null)
  end = () => void lock?.then((held) => held?.release())
  // #endif
  // #ifndef H5
  let before = -1
  uni.getScreenBrightness({ success: ({ value }) => (before = value) })
  uni.setScreenBrightness({ value: 1 })
  uni.setKeepScreenOn({ keepScreenOn: true })
  end = () => {
    uni.setKeepScreenOn({ keepScreenOn: false })
    if (before >= 0) uni.setScreenBrightness({ value: before })
  }
  // #endif
  return end
}
