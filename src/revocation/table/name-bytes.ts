import { longestName } from './seeded-hash.js'

/** How a name is written as bytes; each form is read back letter by letter. */
const forms = { latin1: 0, utf16: 1, uuid: 2, base64url: 3 } as const

/** Code units of base64url (RFC 4648 section 5) by their six bits, and back; -1 for what is none. */
const sixBits = digitsOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const fourBits = digitsOf('0123456789abcdef')
/** Where a UUID (RFC 9562) has its hyphens. */
const hyphens = [8, 13, 18, 23]
const uuidLength = 36

/**
 * A name as few bytes as it takes: the ids that people use are random bytes written in hex or base64url, and are kept as
 * those bytes. Everything else is a byte a letter, or two.
 *
 * @example
 * const name = new NameBytes()
 * name.set('6f1c…') // name.words, name.length bytes, in the form name.form
 */
export class NameBytes {
  readonly words = new Uint32Array(longestName / 2)
  readonly #bytes = new Uint8Array(this.words.buffer)
  #form: number = forms.latin1
  #length = 0

  get form(): number {
    return this.#form
  }

  /** In bytes; what is left of the last word is 0. */
  get length(): number {
    return this.#length
  }

  get wordCount(): number {
    return (this.#length + 3) >>> 2
  }

  /** @throws RangeError for a name longer than `longestName` */
  set(name: string): void {
    if (name.length > longestName) throw new RangeError('the name is too long')
    if (this.#setUuid(name) || this.#setBase64url(name) || this.#setLatin1(name)) return
    this.#begin(forms.utf16, name.length * 2)
    for (let at = 0; at < name.length; at++) {
      const code = name.charCodeAt(at)
      this.#bytes[2 * at] = code & 0xff
      this.#bytes[2 * at + 1] = code >>> 8
    }
  }

  #begin(form: number, length: number): void {
    this.#form = form
    this.#length = length
    if (length > 0) this.words[(length - 1) >>> 2] = 0
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

  /** Only what encoding gives back as it was: no spare bits set in the last letter. */
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

/** The name that {@link NameBytes} made these bytes of. */
export function readName(bytes: Uint8Array, form: number): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (form === forms.latin1) return buffer.toString('latin1')
  if (form === forms.utf16) return buffer.toString('utf16le')
  if (form === forms.base64url) return buffer.toString('base64url')
  const hex = buffer.toString('hex')
  const starts = [0, ...hyphens.map((place, before) => place - before)]
  return starts.map((start, part) => hex.slice(start, starts[part + 1])).join('-')
}

function digitsOf(alphabet: string): Int8Array {
  const digits = new Int8Array(128).fill(-1)
  for (let at = 0; at < alphabet.length; at++) digits[alphabet.charCodeAt(at)] = at
  return digits
}
