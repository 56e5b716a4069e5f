import { isScopeToken } from '../../foundation/names.js'
import { waysProblem } from './token-ways.js'

/** The keys of `@server` that mean something here, with what their value must be. */
export const serverKeys = {
  jwt: 'name',
  jwtTransition: 'name',
  tokenFrom: 'ways',
  group: 'path',
  scopes: 'scopes',
  roles: 'roles',
  recentLogin: 'age',
  optional: 'flag',
  prefix: 'path',
  middleware: 'names',
  timeout: 'duration',
  maxBytes: 'number',
  maxFiles: 'number',
  maxFileBytes: 'number',
  fileTypes: 'types',
  files: 'stream',
  signature: 'flag',
  sse: 'flag',
  strict: 'flag',
  tags: 'text',
  summary: 'text',
  authType: 'text',
  pathPrefix: 'text',
} as const satisfies Readonly<Record<string, ValueKind>>

/** The keys that say what files may be, and how they come. */
export const fileKeys = ['maxFiles', 'maxFileBytes', 'fileTypes', 'files'] as const

/** The keys that say what a token must carry. */
export const demandKeys = ['scopes', 'roles', 'recentLogin'] as const

type ListKey = 'scopes' | 'roles'
type ValueKind =
  | ListKey
  | 'ways'
  | 'name'
  | 'names'
  | 'path'
  | 'duration'
  | 'age'
  | 'number'
  | 'types'
  | 'stream'
  | 'flag'
  | 'text'

const patterns: Readonly<
  Record<Exclude<ValueKind, ListKey | 'ways'>, { readonly pattern: RegExp; readonly what: string }>
> = {
  name: { pattern: /^[A-Za-z_]\w*$/, what: 'a name' },
  names: { pattern: /^[A-Za-z_]\w*(,[A-Za-z_]\w*)*$/, what: 'names with commas between them' },
  // Each part ends at a slash, before a colon or at the end: there is one way to read it, so the time stays linear.
  path: { pattern: /^\/?(?::?[\w.-]+(?:\/|(?=:)|$))*$/, what: 'a path' },
  duration: {
    pattern: /^(?=\d)(\d+h)?(\d+m)?(\d+s)?(\d+ms)?(\d+µs)?(\d+ns)?$/,
    what: 'a duration such as 3s',
  },
  age: { pattern: /^(?=\d)(\d+h)?(\d+m)?(\d+s)?$/, what: 'a duration such as 5m' },
  number: { pattern: /^[1-9]\d{0,14}$/, what: 'a whole number above 0' },
  types: {
    pattern: /^[\w.+-]+\/(?:[\w.+-]+|\*)(?:\s*,\s*[\w.+-]+\/(?:[\w.+-]+|\*))*$/,
    what: 'content types with commas between them, such as "image/png,image/*"',
  },
  stream: { pattern: /^stream$/, what: "'stream' or is left out" },
  flag: { pattern: /^(true|false)$/, what: 'true or false' },
  text: { pattern: /^[^]*$/, what: 'text' },
}

const demands: Readonly<Record<ListKey, { isName: (name: string) => boolean; what: string }>> = {
  scopes: {
    isName: isScopeToken,
    what: 'visible ASCII characters without quotes and backslashes (RFC 6749 section 3.3)',
  },
  roles: {
    isName: (name) => /^[^\p{C}]+$/u.test(name),
    what: 'text without control characters',
  },
}

/**
 * What is wrong with the value of a key of `@server`; undefined when nothing is, or when nobody reads the key.
 *
 * @example valueProblem('timeout', '3') // 'takes a duration such as 3s'
 */
export function valueProblem(key: string, value: string): string | undefined {
  const kind: ValueKind = isServerKey(key) ? serverKeys[key] : 'text'
  if (kind === 'scopes' || kind === 'roles') return demandProblem(kind, value)
  if (kind === 'ways') return waysProblem(value)
  const { pattern, what } = patterns[kind]
  if (!pattern.test(value)) return `takes ${what}`
  if (kind === 'duration' && milliseconds(value) < 1) return 'takes at least 1ms'
  return kind === 'age' && milliseconds(value) < 1000 ? 'takes at least 1s' : undefined
}

/**
 * The names in a value of `scopes`, `roles` or `fileTypes`, each once.
 *
 * @example namesIn('orders:read, orders:write') // ['orders:read', 'orders:write']
 */
export function namesIn(value: string): readonly string[] {
  return [...new Set(value.split(',').map((name) => name.trim()))]
}

function isServerKey(key: string): key is keyof typeof serverKeys {
  return Object.hasOwn(serverKeys, key)
}

function demandProblem(key: ListKey, value: string): string | undefined {
  if (value.trim() === '') return "names nothing: write 'jwt: NAME' alone where any token will do"
  const names = namesIn(value)
  if (names.includes('')) return 'has an empty name: write one comma between two names'
  const { isName, what } = demands[key]
  return names.every(isName) ? undefined : `takes ${key} with commas between them: ${what}`
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
