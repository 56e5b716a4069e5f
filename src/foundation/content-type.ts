/** A content type (RFC 9110 section 8.3.1): names in lower case, values without their quotes. */
export interface ContentType {
  readonly name: string
  readonly parameters: readonly (readonly [name: string, value: string])[]
}

/** Longer ones are written to keep a reader busy. */
const longest = 256

/**
 * Reads the field `content-type` as every reader must: undefined for one that two readers may read in two ways, with a quoted
 * semicolon or backslash, a parameter without a value, or beyond 256 characters. Its time grows with the length alone.
 *
 * @example readContentType('Text/Plain; charset="utf-8"') // { name: 'text/plain', parameters: [['charset', 'utf-8']] }
 */
export function readContentType(type: string): ContentType | undefined {
  if (type.length > longest) return undefined
  const [name = '', ...rest] = type.split(';').map((each) => each.trim())
  const parameters = rest.filter((each) => each !== '').map(parameterOf)
  if (!parameters.every((each) => each !== undefined)) return undefined
  return { name: name.toLowerCase(), parameters }
}

function parameterOf(text: string): readonly [string, string] | undefined {
  const sign = text.indexOf('=')
  const [name, value] = [text.slice(0, sign).trim().toLowerCase(), text.slice(sign + 1).trim()]
  const isQuoted = value.length > 1 && value.startsWith('"') && value.endsWith('"')
  const plain = isQuoted ? value.slice(1, -1) : value
  if (sign < 1 || !/^[\w-]+$/.test(name) || /["\\]/.test(plain)) return undefined
  return isQuoted || /^\S+$/.test(plain) ? [name, plain] : undefined
}

/**
 * Whether a content type names no charset, or UTF-8 each time.
 *
 * @example isUtf8({ name: 'application/json', parameters: [['charset', 'latin1']] }) // false
 */
export function isUtf8({ parameters }: ContentType): boolean {
  return parameters.every(([name, value]) => name !== 'charset' || /^utf-?8$/i.test(value))
}
