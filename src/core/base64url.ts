/**
 * Strict base64url (RFC 7515 section 2): no padding, no `+` or `/`, no white space, and the unused low bits of the
 * last character zero, so that one byte string has exactly one spelling. Node's own decoder takes all of these.
 */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** For each character code its six bits, or 255. */
const sixBits = new Uint8Array(256).fill(255)
for (let value = 0; value < 64; value++) sixBits[alphabet.charCodeAt(value)] = value

/** Bits of the last character that must be zero, by length modulo 4; 255 where no encoding has that length. */
const spareBits = [0, 255, 15, 3]

/**
 * Bytes → base64url without padding.
 *
 * @example encodeBase64url(Buffer.from('{}')) // 'e30'
 */
export function encodeBase64url(bytes: Uint8Array | string): string {
  return (typeof bytes === 'string' ? Buffer.from(bytes) : asBuffer(bytes)).toString('base64url')
}

/**
 * Canonical base64url → bytes; `undefined` for any other text. The empty text is the empty byte string.
 *
 * @example decodeBase64url('e30') // <Buffer 7b 7d>
 */
export function decodeBase64url(text: string): Buffer | undefined {
  return isCanonical(text) ? Buffer.from(text, 'base64url') : undefined
}

/** Whether the text is the one canonical encoding of some bytes. */
export function isCanonical(text: string): boolean {
  const spare = spareBits[text.length & 3]
  if (spare === undefined || spare === 255) return false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 255 || sixBits[code] === 255) return false
  }
  if (text.length === 0) return true
  return ((sixBits[text.charCodeAt(text.length - 1)] ?? 255) & spare) === 0
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
