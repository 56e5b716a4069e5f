import { createHmac, hash, type KeyObject } from 'node:crypto'
import type { HmacRow } from './algorithms.js'

/** Longest signing input, in characters, for the direct way; the verifier's default `maxLength`. */
const longest = 8192
const longestBlock = 128
const longestTag = 64

/**
 * Scratch of all keys: pad ‖ message and pad ‖ inner hash (RFC 2104 section 2). Sharing is safe because everything from
 * writing to hashing happens in one synchronous call. Four spare bytes, so that a message that is not ASCII shows
 * itself by being longer than its characters.
 */
const inner = Buffer.alloc(longestBlock + longest + 4)
const outer = Buffer.alloc(longestBlock + longestTag)

/** Views of {@link inner} by length, kept for usual lengths only: an attacker chooses how many there are. 0.91x. */
const views: (Buffer | undefined)[] = []
const longestKeptView = 2048

/** The key's pad that the scratch begins with. */
let loaded: Buffer | undefined

/**
 * HMAC (RFC 2104) of ASCII text with one key, as base64url. Two one-shot hashes over precomputed pads take half the
 * time of `createHmac` (0.47x on Node 20, 0.43x on 24); each key tests itself once against `createHmac`, which it
 * falls back to.
 */
export class Mac {
  readonly #row: HmacRow
  readonly #material: KeyObject
  readonly #innerPad: Buffer
  readonly #outerPad: Buffer
  readonly #outerView: Buffer
  readonly #direct: boolean

  constructor(row: HmacRow, material: KeyObject) {
    this.#row = row
    this.#material = material
    const bytes = material.export()
    const key = bytes.byteLength > row.block ? hash(row.hash, bytes, 'buffer') : bytes
    this.#innerPad = pad(key, row.block, 0x36)
    this.#outerPad = pad(key, row.block, 0x5c)
    this.#outerView = outer.subarray(0, row.block + row.bytes)
    this.#direct = this.#agrees()
  }

  /** The tag of a text as canonical base64url; undefined when the text is not ASCII. */
  tag(text: string): string | undefined {
    if (this.#direct && text.length <= longest) return this.#directTag(text)
    // Two texts that differ only above 0xFF must never become the same bytes.
    if (Buffer.byteLength(text) !== text.length) return undefined
    return createHmac(this.#row.hash, this.#material).update(text).digest('base64url')
  }

  #directTag(text: string): string | undefined {
    const { hash: name, block } = this.#row
    if (loaded !== this.#innerPad) {
      inner.set(this.#innerPad)
      outer.set(this.#outerPad)
      loaded = this.#innerPad
    }
    if (inner.write(text, block) !== text.length) return undefined
    // A Buffer for the inner hash would cost an allocation a call: 1.3x.
    outer.write(hash(name, viewOf(block + text.length), 'binary'), block, 'latin1')
    return hash(name, this.#outerView, 'base64url')
  }

  #agrees(): boolean {
    const message = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzZWxmLXRlc3QifQ'
    const expected = createHmac(this.#row.hash, this.#material).update(message).digest('base64url')
    try {
      return this.#directTag(message) === expected
    } catch {
      return false // no one-shot hash in this runtime: createHmac it is
    }
  }
}

/** Whether two texts are equal, in a time that depends on their lengths only. */
export function equalText(left: string, right: string): boolean {
  if (left.length !== right.length) return false
  let difference = 0
  for (let i = 0; i < left.length; i++) difference |= left.charCodeAt(i) ^ right.charCodeAt(i)
  return difference === 0
}

function pad(key: Buffer, block: number, value: number): Buffer {
  const bytes = Buffer.alloc(block, value)
  key.forEach((byte, i) => (bytes[i] = byte ^ value))
  return bytes
}

function viewOf(length: number): Buffer {
  if (length > longestKeptView) return inner.subarray(0, length)
  return (views[length] ??= inner.subarray(0, length))
}
