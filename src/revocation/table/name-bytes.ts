import { longestName } from './seeded-hash.js'

/** Encodings of a name as bytes; each of them decodes to exactly the same name. */
const forms = { latin1: 0, utf16: 1, uuid: 2, base64url: 3 } as const

/** Values of base64url characters (RFC 4648 section 5) and of hex digits by code unit; -1 for any other character. */
const sixBits = digitsOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const fourBits = digitsOf('0123456789abcdef')
/** Positions of the hyphens in a UUID (RFC 9562). */
const hyphens = [8, 13, 18, 23]
const uuidLength = 36

/**
 * A name in as few bytes as possible: most ids are random bytes written as a UUID or in base64url, and are kept as those
 * bytes. Any other name takes one byte a character, or two.
 *
 * @example
 * const name = new NameBytes()
 * name.set('6f1c…') // name.words, name.length bytes, in the form name.form
 */
export class NameBytes {
  readonly words = new Uint32Array(longestName / 2)
  readonly #bytes = new Uint8Array(this.words.buffer)
  /** Which encoding the bytes are in, for {@link readName}. */
  form: number = forms.latin1
  /** In bytes; the unused bytes of the last word are 0. */
  length = 0
  wordCount = 0

  /** @throws RangeError for a name longer than `longestName` */
  set(name: string): void {
    if (name.length > longestName)
      throw new RangeError('the name of a revocation is longer than 1024 characters')
    if (this.#setUuid(name) || this.#setBase64url(name) || this.#setLatin1(name)) return
    this.#begin(forms.utf16, name.length * 2)
    for (let at = 0; at < name.length; at++) {
      const code = name.charCodeAt(at)
      this.#bytes[2 * at] = code & 0xff
      this.#bytes[2 * at + 1] = code >>> 8
    }
  }

  #begin(form: number, length: number): void {
    this.form = form
    this.length = length
    this.wordCount = (length + 3) >>> 2
    if (length > 0) this.words[this.wordCount - 1] = 0
  }

  #setUuid(name: string): boolean {
    if (name.length !== uuidLength) return false
    this.#begin(forms.uuid, 16)
    let digits = 0
    for (let at = 0; at < uuidLength; at++) {
      const code = name.charCodeAt(at)
      if (at === 8 || at === 13 || at === 18 || at === 23) {
        if (code !== 0x2d) return false
        continue
      }
      const digit = fourBits[code] ?? -1
      if (digit < 0) return false
      const byte = digits++ >>> 1
      this.#bytes[byte] = ((this.#bytes[byte] ?? 0) << 4) | digit
    }
    return true
  }

  /** Only canonical base64url, which encodes to the same text again: the unused bits of the last character are 0. */
  #setBase64url(name: string): boolean {
    const rest = name.length & 3
    if (name.length < 16 || rest === 1) return false
    this.#begin(forms.base64url, (name.length * 3) >>> 2)
    let [bits, held, byte] = [0, 0, 0]
    for (let at = 0; at < name.length; at++) {
      const digit = sixBits[name.charCodeAt(at)] ?? -1
      if (digit < 0) return false
      bits = ((bits << 6) | digit) & 0x3fff
      held += 6
      if (held < 8) continue
      held -= 8
      this.#bytes[byte++] = bits >>> held
    }
    return (bits & ((1 << held) - 1)) === 0
  }

  #setLatin1(name: string): boolean {
    this.#begin(forms.latin1, name.length)
    for (let at = 0; at < name.length; at++) {
      const code = name.charCodeAt(at)
      if (code > 0xff) return false
      this.#bytes[at] = code
    }
    return true
  }
}

/** Decodes the bytes that {@link NameBytes} made of a name. */
export function readName(bytes: Uint8Array, form: number): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (form === forms.latin1) return buffer.toString('latin1')
  if (form === forms.utf16) return buffer.toString('utf16le')
  if (form === forms.base64url) return buffer.toString('base64url')
  const hex = buffer.toString('hex')
  const starts = [0, ...hyphens.map((position, before) => position - before)]
  return starts.map((start, part) => hex.slice(start, starts[part + 1])).join('-')
}

function digitsOf(alphabet: string): Int8Array {
  const digits = new Int8Array(128).fill(-1)
  for (let at = 0; at < alphabet.length; at++) digits[alphabet.charCodeAt(at)] = at
  return digits
}
