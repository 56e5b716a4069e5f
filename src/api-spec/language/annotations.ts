/** The keys of `@server` that mean something here, with what their value must be. */
export const serverKeys = {
  jwt: 'name',
  jwtTransition: 'name',
  group: 'path',
  prefix: 'path',
  middleware: 'names',
  timeout: 'duration',
  maxBytes: 'number',
  signature: 'flag',
  sse: 'flag',
  strict: 'flag',
  tags: 'text',
  summary: 'text',
  authType: 'text',
  pathPrefix: 'text',
} as const satisfies Readonly<Record<string, ValueKind>>

type ValueKind = 'name' | 'names' | 'path' | 'duration' | 'number' | 'flag' | 'text'

const patterns: Readonly<Record<ValueKind, { readonly pattern: RegExp; readonly what: string }>> = {
  name: { pattern: /^[A-Za-z_]\w*$/, what: 'a name' },
  names: { pattern: /^[A-Za-z_]\w*(,[A-Za-z_]\w*)*$/, what: 'names with commas between them' },
  path: { pattern: /^\/?(:?[\w.-]+\/?)*$/, what: 'a path' },
  duration: {
    pattern: /^(?=\d)(\d+h)?(\d+m)?(\d+s)?(\d+ms)?(\d+µs)?(\d+ns)?$/,
    what: 'a duration such as 3s',
  },
  number: { pattern: /^[1-9]\d{0,14}$/, what: 'a whole number above 0' },
  flag: { pattern: /^(true|false)$/, what: 'true or false' },
  text: { pattern: /^[^]*$/, what: 'text' },
}

/**
 * What is wrong with the value of a key of `@server`; undefined when nothing is, or when nobody reads the key.
 *
 * @example valueProblem('timeout', '3') // 'takes a duration such as 3s'
 */
export function valueProblem(key: string, value: string): string | undefined {
  const kind = Object.hasOwn(serverKeys, key) ? serverKeys[key as keyof typeof serverKeys] : 'text' // just asked
  const { pattern, what } = patterns[kind]
  if (!pattern.test(value)) return `takes ${what}`
  return kind === 'duration' && milliseconds(value) < 1 ? 'takes at least 1ms' : undefined
}

const unitMilliseconds: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  µs: 0.001,
  ns: 0.000001,
}

/**
 * A duration such as `1h10m` in milliseconds.
 *
 * @example milliseconds('1s500ms') // 1500
 */
export function milliseconds(duration: string): number {
  let total = 0
  for (const [, count, unit = ''] of duration.matchAll(/(\d+)(h|ms|m|s|µs|ns)/g)) {
    total += Number(count) * (unitMilliseconds[unit] ?? 0)
  }
  return total
}
