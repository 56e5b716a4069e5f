import { createHmac, hash, type KeyObject } from 'node:crypto'
import type { HmacRow } from '../algorithms.js'
import { headroom, longestText, signingScratch, textView, writeText } from './signing-scratch.js'

const longestBlock = 128
const longestTag = 64

/** Shared by all keys for pad ‖ inner hash (RFC 2104 section 2); pad ‖ message is in the signing scratch. */
const outer = Buffer.alloc(longestBlock + longestTag)

/** The pad that is in the scratch now, so that the same key need not copy it again. */
let loaded: Buffer | undefined

/**
 * HMAC (RFC 2104) of ASCII text with one key, as base64url. Two one-shot hashes over precomputed pads take half the
 * time of `createHmac` (0.47x on Node 20, 0.43x on 24). Each new key compares itself once with `createHmac`, and uses
 * that instead if the tags differ.
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

  /** The tag of the first `end` characters of an ASCII text as canonical base64url; undefined for other text. */
  tag(text: string, end: number): string | undefined {
    if (this.#direct && text.length <= longestText) return this.#directTag(text, end)
    // Two texts that differ only above 0xFF must never become the same bytes.
    if (Buffer.byteLength(text) !== text.length) return undefined
    return createHmac(this.#row.hash, this.#material).update(text.slice(0, end)).digest('base64url')
  }

  /**
   * Whether the text after the dot at `end` is the tag of the text before it, in its one canonical spelling; false when
   * it is not ASCII. Nothing is cut or decoded.
   */
  matches(text: string, end: number): boolean {
    const expected = this.tag(text, end)
    return expected !== undefined && equalTail(text, end + 1, expected)
  }

  #directTag(text: string, end: number): string | undefined {
    const { hash: name, block } = this.#row
    if (loaded !== this.#innerPad) {
      signingScratch.set(this.#innerPad, headroom - block)
      outer.set(this.#outerPad)
      loaded = this.#innerPad
    }
    if (!writeText(text)) return undefined
    // A Buffer for the inner hash would cost an allocation a call: 1.3x.
    outer.write(hash(name, textView(block, end), 'binary'), block, 'latin1')
    return hash(name, this.#outerView, 'base64url')
  }

  #agrees(): boolean {
    const message = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJzZWxmLXRlc3QifQ'
    const expected = createHmac(this.#row.hash, this.#material).update(message).digest('base64url')
    try {
      return this.#directTag(message, message.length) === expected
    } catch {
      return false // this runtime has no one-shot hash: use createHmac
    }
  }
}

/** Whether a text from `start` on equals another; in a time that depends on the lengths only. */
function equalTail(text: string, start: number, expected: string): boolean {
  const { length } = expected
  if (text.length - start !== length) return false
  let difference = 0
  for (let i = 0; i < length; i++) difference |= text.charCodeAt(start + i) ^ expected.charCodeAt(i)
  return difference === 0
}

function pad(key: Buffer, block: number, value: number): Buffer {
  const bytes = Buffer.alloc(block, value)
  key.forEach((byte, i) => (bytes[i] = byte ^ value))
  return bytes
}
