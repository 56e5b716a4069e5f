import { wordCharacter, wordCost } from './letter-pairs.js'

/**
 * An upper estimate of the bits of a secret that an attacker must guess: the length of the shortest of a few simple
 * descriptions. Random bytes, hexadecimal and base64 get their full entropy; words, names, keyboard runs, counting,
 * repeats and text with look-alike digits get much less. A hash of something guessable is not recognised.
 */

/** Bytes that are looked at; the entropy of the beginning is never more than that of the whole. */
const longest = 512

/** Shorter repeats are chance. */
const shortestCopy = 3

/** The cost of saying "this is text with words, runs and repeats", so that chance does not count as structure. */
const structureCost = 12

const keyboardRows = [
  'qwertyuiop[]',
  'asdfghjkl;',
  'zxcvbnm,./',
  '`1234567890-=',
  '~!@#$%^&*()_+',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/',
]
/** By the codes of two characters: whether the keys are neighbours. */
const neighbours = new Uint8Array(256 * 256)
for (const row of keyboardRows) markNeighbours(row)

/** The result of {@link estimateEntropy}. */
export interface Entropy {
  /** Bits of entropy, at most. */
  readonly bits: number
  /**
   * The entropy relative to that of random characters of the same alphabet: near 1 for random ones, below 0.5 for text.
   */
  readonly share: number
}

/**
 * Bits of entropy of a secret, at most.
 *
 * @example estimateEntropy(Buffer.from('a'.repeat(64))).bits // about 20
 */
export function estimateEntropy(secret: Uint8Array): Entropy {
  const text = Buffer.from(secret.subarray(0, longest)).toString('latin1')
  const single = singleCosts(text)
  const plain = single.reduce((sum, cost) => sum + cost, 0)
  const structured = cheapest(text, single) + structureCost
  return { bits: Math.min(plain, structured), share: structured / plain }
}

/** The cost of each character by itself: by the size of its alphabet, and less if it is frequent in this text. */
function singleCosts(text: string): readonly number[] {
  const symbols = alphabetSize(text)
  const counts = new Uint16Array(256)
  return Array.from(text, (character, at) => {
    const code = character.charCodeAt(0)
    const count = counts[code] ?? 0
    counts[code] = count + 1
    return Math.log2((at + symbols) / (count + 1))
  })
}

function alphabetSize(text: string): number {
  if (/[^\x20-\x7e]/.test(text)) return 256
  if (/^(?:[0-9a-f]+|[0-9A-F]+)$/.test(text)) return /^[0-9]+$/.test(text) ? 10 : 16
  const classes: [RegExp, number][] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/[0-9]/, 10],
    [/[^a-zA-Z0-9+/=_-]/, 31],
    [/[+/=_-]/, 2],
  ]
  return classes.reduce((sum, [pattern, size]) => sum + (pattern.test(text) ? size : 0), 0)
}

/** The cheapest way through the text. Each step is one character, or a repeat of an earlier part. */
function cheapest(text: string, single: readonly number[]): number {
  const step = stepCosts(text, single)
  const copied = longestCopies(text.toLowerCase())
  const costs = new Float64Array(text.length + 1).fill(Infinity)
  costs[0] = 0
  for (let at = 0; at < text.length; at++) {
    const here = costs[at] ?? 0
    costs[at + 1] = Math.min(costs[at + 1] ?? 0, here + (step[at] ?? 0))
    for (let length = shortestCopy; length <= (copied[at] ?? 0); length++) {
      const cost = here + Math.log2(at) + Math.log2(length) + 1
      costs[at + length] = Math.min(costs[at + length] ?? 0, cost)
    }
  }
  return costs[text.length] ?? 0
}

/** For each character its least cost: by itself, in a run, or in a word. */
function stepCosts(text: string, single: readonly number[]): readonly number[] {
  const lower = text.toLowerCase()
  const characters = Array.from(text, wordCharacter)
  // Hexadecimal digits are letters too, but make no words.
  const hasWords = !/^[0-9a-f]+$/.test(lower)
  return characters.map((character, at) => {
    const inWord = hasWords ? wordCost(characters[at - 1], character) : undefined
    return Math.min(single[at] ?? 0, runCost(lower, at), inWord ?? Infinity)
  })
}

/** The cost of a character that counts up or down, repeats, or is next to the one before on the keyboard. */
function runCost(lower: string, at: number): number {
  if (at === 0) return Infinity
  const step = lower.charCodeAt(at) - lower.charCodeAt(at - 1)
  const isSame = at > 1 && step === lower.charCodeAt(at - 1) - lower.charCodeAt(at - 2)
  if (isSame && Math.abs(step) <= 2) return 0.5
  const pair = lower.charCodeAt(at - 1) * 256 + lower.charCodeAt(at)
  return neighbours[pair] === 1 ? 2 : Infinity
}

/** For each position, how many characters from there on also occur before it. */
function longestCopies(lower: string): Uint16Array {
  const longestHere = new Uint16Array(lower.length)
  for (let distance = 1; distance < lower.length; distance++) {
    let length = 0
    for (let at = lower.length - 1; at >= distance; at--) {
      length = lower.charCodeAt(at) === lower.charCodeAt(at - distance) ? length + 1 : 0
      if (length > (longestHere[at] ?? 0)) longestHere[at] = length
    }
  }
  return longestHere
}

function markNeighbours(row: string): void {
  for (let at = 1; at < row.length; at++) {
    neighbours[row.charCodeAt(at - 1) * 256 + row.charCodeAt(at)] = 1
    neighbours[row.charCodeAt(at) * 256 + row.charCodeAt(at - 1)] = 1
  }
}
