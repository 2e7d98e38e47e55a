/**
 * The proof of a phone copy, pure: the same rule as codes/holder_proof.py, held by codes/vectors/credential.json.
 * A fresh signature over the time stands in front of the kept text, so that a screenshot dies within a minute.
 */
const PREFIX = 'GZ1:'
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
const MARK = 80 // P
const SIGNATURE = 64

/** Signs a text with the phone's own key: ES256, r and s of 32 bytes each. */
export type Sign = (message: string) => Promise<Uint8Array>

/** Base45 (RFC 9285) of an even number of bytes. */
export function base45(bytes: Uint8Array): string {
  if (bytes.length % 2 !== 0) throw new Error('an odd number of bytes')
  let text = ''
  for (let at = 0; at < bytes.length; at += 2) {
    let value = bytes[at]! * 256 + bytes[at + 1]!
    for (let n = 0; n < 3; n += 1) {
      text += ALPHABET.charAt(value % 45)
      value = Math.floor(value / 45)
    }
  }
  return text
}

export function message(text: string, at: number): string {
  return `yima-proof-1|${at}|${text}`
}

/** The kept text with a proof in front, as it is shown. `at`: the portal's time, whole seconds. */
export async function proven(text: string, at: number, sign: Sign): Promise<string> {
  if (!text.startsWith(PREFIX)) throw new Error('not a credential')
  const signature = await sign(message(text, at))
  if (signature.length !== SIGNATURE) throw new Error('not an ES256 signature')
  const proof = new Uint8Array(6 + SIGNATURE)
  proof[0] = MARK
  for (let n = 0, rest = at; n < 5; n += 1, rest = Math.floor(rest / 256)) proof[5 - n] = rest % 256
  proof.set(signature, 6)
  return PREFIX + base45(proof) + text.slice(PREFIX.length)
}
