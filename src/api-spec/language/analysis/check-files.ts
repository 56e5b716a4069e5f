import { fileKeys } from '../annotations.js'
import { joined, type ServiceStatement } from '../syntax/ast.js'
import { type Token } from '../syntax/token.js'
import { type Check } from './check-declarations.js'
import { pairOf } from './item-annotations.js'

/** Methods whose body may be a form, as in Go's `ParseForm`. */
const formMethods: ReadonlySet<string> = new Set(['post', 'put', 'patch'])

/** Warns of settings for files that no route of theirs can have: of a whole block, only where none of its routes can. */
export const checkFiles: Check = (project, report) => {
  for (const { file, statement } of project.services) {
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
