import type { AttributeType, UserAttributes } from '../configuration/user-attributes.js'
import { SetupFault } from '../foundation/setup-fault.js'

/**
 * A change of attributes out of the words of a command: null for one that is taken away.
 *
 * @throws SetupFault for a word that is no KEY=VALUE
 * @example readAttributeWords(['level=3', 'team='], defined) // { level: 3, team: null }
 */
export function readAttributeWords(
  words: readonly string[],
  defined: UserAttributes,
): Readonly<Record<string, unknown>> {
  const entries = words.map((word) => {
    const at = word.indexOf('=')
    if (at < 1) throw new SetupFault('an attribute is written KEY=VALUE, and taken away by KEY=')
    const [name, text] = [word.slice(0, at), word.slice(at + 1)]
    const type = Object.hasOwn(defined, name) ? defined[name]?.type : undefined
    return [name, text === '' ? null : readers[type ?? 'text'](text)] as const
  })
  return Object.fromEntries(entries)
}

/** A text that does not fit stays text, which the check of the attribute refuses. */
const readers: Readonly<Record<AttributeType, (text: string) => unknown>> = {
  text: (text) => text,
  number: (text) => (text.trim() === '' ? text : Number(text)),
  boolean: (text) => (text === 'true' || text === 'false' ? text === 'true' : text),
  list: (text) => text.split(',').map((item) => item.trim()),
}
