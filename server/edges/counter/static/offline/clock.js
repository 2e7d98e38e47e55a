// What time it is without a network: this device's clock, corrected by the last time the server told its own.

export const TOLERATED = 120; // seconds that two honest clocks may be apart

/** What to remember of a server's time: `server` and `local` in milliseconds, taken at the same moment. */
export const learned = (server, local) => ({ server, local });

/** The instant in unix seconds. Never before the server's last word: a clock set back makes nothing younger again. */
export function now(clock, local) {
  if (!clock) return Math.floor(local / 1000);
  return Math.floor(Math.max(local + clock.server - clock.local, clock.server) / 1000);
}

/** How many seconds the device's clock is wrong: fast positive, slow negative; 0 while that is tolerable or unknown. */
export function wrongBy(clock, local) {
  if (!clock) return 0;
  const apart = Math.round((clock.local - clock.server) / 1000);
  const setBack = Math.round((local - clock.local) / 1000);
  if (setBack < -TOLERATED) return setBack + apart;
  return Math.abs(apart) > TOLERATED ? apart : 0;
}
