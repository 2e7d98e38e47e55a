/**
 * Bright and awake while a code is shown, where the platform lets a page ask for it; call the answer to end it.
 * A web page cannot change the brightness: there the words under the code ask for it.
 */
export function keepAwake(): () => void {
  let end = () => undefined as void
  // #ifdef H5
  type Lock = { release(): Promise<void> }
  const wake = (navigator as { wakeLock?: { request(kind: 'screen'): Promise<Lock> } }).wakeLock
  let lock: Promise<Lock | null> | undefined
  // A browser takes the lock back whenever the page is out of sight, so it is asked for again on return.
  const ask = () => {
    if (document.visibilityState === 'visible') lock = wake?.request('screen').catch(() => null)
  }
  ask()
  document.addEventListener('visibilitychange', ask)
  end = () => {
    document.removeEventListener('visibilitychange', ask)
    void lock?.then((held) => held?.release())
  }
  // #endif
  // #ifndef H5
  let before = -1
  let over = false
  uni.getScreenBrightness({
    success: ({ value }) => {
      if (over) return
      before = value
      uni.setScreenBrightness({ value: 1 })
    },
  })
  uni.setKeepScreenOn({ keepScreenOn: true })
  end = () => {
    over = true
    uni.setKeepScreenOn({ keepScreenOn: false })
    if (before >= 0) uni.setScreenBrightness({ value: before })
  }
  // #endif
  return end
}
