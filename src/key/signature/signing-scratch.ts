/**
 * The bytes of signing inputs, which every request pays for: one buffer is reused, and the whole token is written into
 * it, which is faster than cutting the signed text out first (0.1 µs of 2.8 µs for HS256).
 */

/** Longest text, in characters: the largest `maxLength` of a verifier. */
export const longestText = 16_384

/** Room in front of the text for the pad of an HMAC, which is as long as a block of the hash: 128 bytes at most. */
export const headroom = 128

/** Room for one more UTF-8 character, so that text beyond ASCII is recognised by its length. */
const spare = 4

/**
 * Pad and text. Sharing is safe because writing and reading happen in one synchronous call, and no view is kept.
 */
export const signingScratch = Buffer.alloc(headroom + longestText + spare)

/** Views that begin `pad` bytes before the text, by pad and length: making one costs as much as copying the text. */
const views = new Map<number, Buffer[]>()
/** Views are kept for usual lengths only, because an attacker chooses the lengths. */
const longestKeptView = 2048

/**
 * Writes a text. Returns whether it is ASCII and not too long, so that every character has become one byte.
 *
 * @example if (writeText(token)) hash('sha256', textView(64, end), 'binary')
 */
export function writeText(text: string): boolean {
  return text.length <= longestText && signingScratch.write(text, headroom) === text.length
}

/**
 * The first `length` characters of the latest text as bytes, and `pad` bytes before them. Valid until the next text.
 *
 * @example verify('sha256', textView(0, end), key, signature)
 */
export function textView(pad: number, length: number): Buffer {
  if (length > longestKeptView) return cut(pad, length)
  let kept = views.get(pad)
  if (!kept) views.set(pad, (kept = []))
  return (kept[length] ??= cut(pad, length))
}

function cut(pad: number, length: number): Buffer {
  return signingScratch.subarray(headroom - pad, headroom + length)
}
