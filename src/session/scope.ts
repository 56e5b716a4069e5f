import { isScopeToken } from '../foundation/names.js'

/**
 * Takes a scope apart, each name once; undefined when it is not written as RFC 6749 section 3.3 says. The empty text
 * is the empty scope.
 *
 * @example parseScope('read write') // Set { 'read', 'write' }
 */
export function parseScope(scope: unknown): ReadonlySet<string> | undefined {
  if (scope === '') return new Set()
  const names = typeof scope === 'string' ? scope.split(' ') : undefined
  return names?.every(isScopeToken) ? new Set(names) : undefined
}

/**
 * The asked-for part of a granted scope: all of it when nothing is asked for, undefined when more is asked for than
 * was granted.
 *
 * @example narrowScope('read write', 'read') // 'read'
 */
export function narrowScope(granted: string, asked: string | undefined): string | undefined {
  if (asked === undefined) return granted
  const names = parseScope(asked)
  const within = parseScope(granted)
  return names && within && [...names].every((name) => within.has(name))
    ? [...names].join(' ')
    : undefined
}

/**
 * What is left of a scope under a limit; no limit leaves all.
 *
 * @example limitScope('read write', 'write admin') // 'write'
 */
export function limitScope(scope: string, limit: string | undefined): string {
  if (limit === undefined) return scope
  const allowed = parseScope(limit)
  return [...(parseScope(scope) ?? [])].filter((name) => allowed?.has(name)).join(' ')
}
