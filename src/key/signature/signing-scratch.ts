/**
 * The bytes of signing inputs, which every request pays for: one buffer that is reused, and the token written into it
 * whole, which takes less than cutting the text out of it first (0.1 µs of HS256's 2.8).
 */

/** Longest text, in characters; the longest token that any verifier can be set to take. */
export const longestText = 16_384

/** Room in front of the text for the pad of an HMAC, which is as long as a block of the hash: 128 bytes at most. */
export const headroom = 128

/** A UTF-8 character is at most so many bytes; with room for one more, text beyond ASCII shows itself by its length. */
const spare = 4

/**
 * Pad and text. Sharing is safe because everything from writing to reading happens in one synchronous call, and nobody
 * keeps a view.
 */
export const signingScratch = Buffer.alloc(headroom + longestText + spare)

/** Views from the text's beginning minus a pad, by pad and length: making one costs as much as copying the text. */
const views = new Map<number, Buffer[]>()
/** Kept for usual lengths only: an attacker chooses how many there are. */
const longestKeptView = 2048

/**
 * Writes a text; whether it is ASCII and not too long, so that every character has become one byte.
 *
 * @example if (writeText(token)) hash('sha256', textView(64, end), 'binary')
 */
export function writeText(text: string): boolean {
  return text.length <= longestText && signingScratch.write(text, headroom) === text.length
}

/**
 * The first `length` characters of the latest text as bytes, and `pad` bytes before them. Good until the next text.
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
