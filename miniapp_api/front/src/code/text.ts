/** The 34 digits of the dynamic code, pure: the same rule as codes/dynamic.py, held by codes/vectors/dynamic.json. */

export const STEP_SECONDS = 30
export const EARLY_SECONDS = 15
const VERSION = '90'

// Damm's quasigroup of order 10 (H. M. Damm, 2004): catches every single-digit error and adjacent swap.
const DAMM = [
  '0317598642', '7092154863', '4206871359', '1750983426', '6123045978',
  '3674209581', '5869720134', '8945362017', '9438617205', '2581436790',
]

/** HMAC-SHA256 of a text under a handle key, however the platform keeps that key. */
export type Mac = (message: string) => Promise<Uint8Array>

/** The Damm digit that makes digits + digit whole. */
export function checkDigit(digits: string): string {
  let interim = 0
  for (const digit of digits) interim = Number(DAMM[interim]!.charAt(Number(digit)))
  return String(interim)
}

export function stepOf(unixMs: number): number {
  return Math.floor(unixMs / 1000 / STEP_SECONDS)
}

/** Milliseconds until the step after this one begins. */
export function msLeft(unixMs: number, step: number): number {
  return (step + 1) * STEP_SECONDS * 1000 - unixMs
}

/** The first 8 bytes, big-endian, modulo 10^15, as 15 digits; in two limbs because old phones have no BigInt. */
export function macDigits(digest: Uint8Array): string {
  let high = 0
  let low = 0
  for (let i = 0; i < 8; i += 1) {
    const wide = low * 256 + digest[i]!
    low = wide % 1e8
    high = (high * 256 + Math.floor(wide / 1e8)) % 1e7
  }
  return String(high).padStart(7, '0') + String(low).padStart(8, '0')
}

/** The digits to show for one handle, step and scene. */
export async function compose(mac: Mac, handle: string, step: number, scene: string): Promise<string> {
  const digits = macDigits(await mac(`${handle}|${step}|${scene}`))
  const body = `${VERSION}${scene}${String(step % 100).padStart(2, '0')}${handle}${digits}`
  return body + checkDigit(body)
}

/** Groups of four, easier to read aloud. */
export function grouped(digits: string): string {
  return digits.replace(/(\d{4})(?=\d)/g, '$1 ')
}
