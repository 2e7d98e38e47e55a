import { hmac } from '@noble/hashes/hmac'
import { sha256 } from '@noble/hashes/sha256'
import type { Mac } from './text'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** base64url without padding to bytes; mini-programs have no atob. */
export function fromBase64Url(text: string): Uint8Array {
  const bytes: number[] = []
  let buffer = 0
  let bits = 0
  for (const sign of text.replace(/=+$/, '')) {
    const value = ALPHABET.indexOf(sign)
    if (value < 0) throw new Error('not base64url')
    buffer = ((buffer << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes.push((buffer >> bits) & 0xff)
    }
  }
  return Uint8Array.from(bytes)
}

/** Bytes to base64url without padding. */
export function toBase64Url(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const left = Math.min(3, bytes.length - at)
    const wide = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    for (let n = 0; n <= left; n += 1) text += ALPHABET.charAt((wide >> (18 - 6 * n)) & 63)
  }
  return text
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0))
}

/** Where the platform has no WebCrypto: mini-programs, and pages not served over a secure address. */
export function plainMac(key: Uint8Array): Mac {
  return async (message) => hmac(sha256, key, ascii(message))
}

/** A key that the page can use and never read out again. */
export function lockedKey(key: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', key as BufferSource, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}

export function lockedMac(key: CryptoKey): Mac {
  return async (message) => new Uint8Array(await crypto.subtle.sign('HMAC', key, ascii(message) as BufferSource))
}
