/** Code units the scanner compares against, named. */
export const code = {
  tab: 0x09,
  newline: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  quote: 0x22,
  star: 0x2a,
  slash: 0x2f,
  zero: 0x30,
  nine: 0x39,
  at: 0x40,
  upperA: 0x41,
  upperZ: 0x5a,
  underscore: 0x5f,
  backtick: 0x60,
  lowerA: 0x61,
  lowerZ: 0x7a,
} as const

/** A letter of ASCII. */
export function isLetter(unit: number): boolean {
  return (
    (unit >= code.lowerA && unit <= code.lowerZ) || (unit >= code.upperA && unit <= code.upperZ)
  )
}

/** A digit of ASCII. */
export function isDigit(unit: number): boolean {
  return unit >= code.zero && unit <= code.nine
}

/** A character an identifier may start with: ASCII only, as in goctl. */
export function startsWord(unit: number): boolean {
  return isLetter(unit) || unit === code.underscore
}

/** Space, tab, line feed, vertical tab, form feed, carriage return. */
export function isBlank(unit: number): boolean {
  return unit === code.space || (unit >= code.tab && unit <= code.carriageReturn)
}

/** The first half of a character beyond the basic plane, which counts as one column, not two. */
export function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
