import { fileKeys } from '../annotations.js'
import { joined, type ServiceStatement } from '../syntax/ast.js'
import { type Token } from '../syntax/token.js'
import { type Check } from './check-declarations.js'
import { annotationsOf, pairOf } from './item-annotations.js'

/** Methods whose body may be a form, as in Go's `ParseForm`. */
const formMethods: ReadonlySet<string> = new Set(['post', 'put', 'patch'])

/**
 * Warns of settings for files that no route of theirs can have, of a whole block only where none of its routes can; and of files
 * that may be longer than the body they come in.
 */
export const checkFiles: Check = (project, report) => {
  for (const { file, statement } of project.services) {
    for (const [key, most] of narrowBodies(statement))
      report.at(file, key, {
        severity: 'warning',
        message: `a whole body has at most ${String(most)} bytes, and so has a file in it`,
        hint: "say more in 'maxBytes'",
      })
    for (const [key, call] of idleKeys(statement))
      report.at(file, key, {
        severity: 'warning',
        message: `'${key.text}' has no effect: ${call} takes no form`,
        hint: 'forms come with POST, PUT and PATCH',
      })
  }
}

/** The keys that no route with a form has, each with the first route that has it. */
function idleKeys(statement: ServiceStatement): ReadonlyMap<Token, string> {
  const idle = new Map<Token, string>()
  const used = new Set<Token>()
  for (const item of statement.items) {
    const { method, path } = item.route
    for (const name of fileKeys) {
      const key = pairOf(statement, item, name)?.key
      if (key === undefined) continue
      if (formMethods.has(method.text)) used.add(key)
      else if (!idle.has(key)) idle.set(key, `${method.text.toUpperCase()} ${joined(path)}`)
    }
  }
  for (const key of used) idle.delete(key)
  return idle
}

/** Longest body of a route without maxBytes, as in go-zero. */
const defaultMaxBytes = 1_048_576

/** The keys that speak of longer files than a body of their route can have, each with the bytes of the first such body. */
function narrowBodies(statement: ServiceStatement): ReadonlyMap<Token, number> {
  const found = new Map<Token, number>()
  for (const item of statement.items) {
    if (!formMethods.has(item.route.method.text)) continue
    const { maxBytes, maxFileBytes = '0', files } = annotationsOf(statement, item).values ?? {}
    const most = Number(maxBytes ?? defaultMaxBytes)
    const names = [
      ...(Number(maxFileBytes) > most ? ['maxFileBytes'] : []),
      // What is streamed is long.
      ...(files !== undefined && maxBytes === undefined ? ['files'] : []),
    ]
    for (const name of names) {
      const key = pairOf(statement, item, name)?.key
      if (key !== undefined && !found.has(key)) found.set(key, most)
    }
  }
  return found
}
