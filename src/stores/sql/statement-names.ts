import { createHash } from 'node:crypto'

/** Each connection keeps every named statement until it ends; a program's texts may be made anew each time. */
const most = 200

/**
 * Names by which connections of PostgreSQL keep statements parsed and planned: under each a connection takes one text
 * only, so a name is made of the text and of what the connection's settings make of it. Undefined when there are too many.
 *
 * @example const nameOf = statementNames('SET search_path TO "auth"')
 */
export function statementNames(settings: string): (text: string) => string | undefined {
  const names = new Map<string, string>()
  return (text) => {
    const known = names.get(text)
    if (known !== undefined || names.size >= most) return known
    const hash = createHash('sha256').update(`${settings}\n${text}`)
    const name = `jotgate_${hash.digest('hex').slice(0, 32)}`
    names.set(text, name)
    return name
  }
}
