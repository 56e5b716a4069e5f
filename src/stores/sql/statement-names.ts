import { createHash } from 'node:crypto'

/** Each connection keeps every named statement until it ends; a program may generate texts without end. */
const most = 200

/**
 * Names under which PostgreSQL connections keep statements parsed and planned. A connection accepts one text per name,
 * so a name depends on the text and on the connection's settings. Undefined when there are too many.
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
