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
