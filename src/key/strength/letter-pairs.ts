/**
 * The cost of a letter after another in English and in identifiers: bits, 1 to 11, as a hexadecimal digit. One row for
 * the beginning of a word, then one for each letter from a to z; one column for each letter that follows. Counted in
 * the documentation of a few hundred open source packages, each different word weighted by the square root of its
 * number.
 */
const pairs = [
  '45445555466445547434565878',
  '85458758586343959343567868',
  '3766377836737837a446399958',
  '38583893594478269563589979',
  '37752767278567479556577969',
  '57436668698453757234767578',
  '4876348a2994783794544b7a5b',
  '4868286439a464469346488a78',
  '2897289839865636a464598a6a',
  '5545555998745236954385a796',
  '26553787477776358636375a89',
  '36762675386575479546587968',
  '37752779297378379855579949',
  '2576278939865843985758997a',
  '48433637486786479833669a68',
  '7655766868644254b345455889',
  '396738754a837734935459895a',
  '8477888a58b588887664158b9b',
  '375527683a665536a544568a59',
  '58473784396667458742477968',
  '3867278429867747a345597858',
  '5455465959744375a333889797',
  '3968187a3a976747b767789989',
  '285638842b75743794468b898b',
  '4836379749b657629862888558',
  '465647585a754443a434666877',
  '279a28a53a755747b867688854',
]

/** The same, row after row. */
const pairBits = Uint8Array.from(pairs.join(''), (digit) => Number.parseInt(digit, 16))

/** Characters that replace a letter, as in `p4ssw0rd`. */
const lookalikes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    0: 'o',
    1: 'i',
    3: 'e',
    4: 'a',
    5: 's',
    7: 't',
    8: 'b',
    '@': 'a',
    $: 's',
    '!': 'i',
  }),
)

/**
 * Pairs of letters are half of what a reader knows: English has 3.4 bits per letter in pairs, 1.3 to 1.8 in text
 * (Shannon, "Prediction and Entropy of Printed English", 1951).
 */
const ofText = 0.5

/** Bits for rare events in a text of words. */
const beginning = 1
const capitalInside = 2
const capitalsEnd = 3
const lookalike = 1.5
const separator = 1.5

/** The role of a character in a text of words. */
export interface WordCharacter {
  /** 0 for a to 25 for z; undefined for other characters. */
  readonly letter: number | undefined
  readonly kind: 'lower' | 'capital' | 'lookalike' | 'separator' | 'other'
}

const other: WordCharacter = { letter: undefined, kind: 'other' }
const byCode = Array.from({ length: 128 }, (_, code) => classify(String.fromCharCode(code)))

/**
 * The role of a character in a text of words.
 *
 * @example wordCharacter('Q') // { letter: 16, kind: 'capital' }
 */
export function wordCharacter(character: string): WordCharacter {
  return byCode[character.charCodeAt(0)] ?? other
}

function classify(character: string): WordCharacter {
  const replaced = lookalikes.get(character)
  const code = (replaced ?? character).charCodeAt(0)
  if (code >= 97 && code <= 122)
    return { letter: code - 97, kind: replaced === undefined ? 'lower' : 'lookalike' }
  if (code >= 65 && code <= 90) return { letter: code - 65, kind: 'capital' }
  return { letter: undefined, kind: ' _.,-'.includes(character) ? 'separator' : 'other' }
}

/**
 * Bits that a character adds to a text of words, given the one before it; undefined where no word can have it.
 *
 * @example wordCost(wordCharacter('q'), wordCharacter('u')) // 0.5
 */
export function wordCost(
  previous: WordCharacter | undefined,
  character: WordCharacter,
): number | undefined {
  const before = previous?.letter
  if (character.kind === 'separator') return before === undefined ? undefined : separator
  if (character.letter === undefined) return undefined
  const row = before === undefined ? 0 : before + 1
  const bits = (pairBits[row * 26 + character.letter] ?? 0) * ofText
  const replaced = character.kind === 'lookalike' ? lookalike : 0
  return bits + replaced + (before === undefined ? beginning : caseCost(previous, character))
}

function caseCost(previous: WordCharacter | undefined, character: WordCharacter): number {
  const wasCapital = previous?.kind === 'capital'
  if (wasCapital && character.kind === 'lower') return capitalsEnd
  return character.kind === 'capital' && !wasCapital ? capitalInside : 0
}
