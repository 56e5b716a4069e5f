import { type Diagnostic } from './diagnostic.js'
import { joined, type Field, type SourceFile, type StructType, unquoted } from './syntax/ast.js'
import { type Token } from './syntax/token.js'
import { readTag } from './tags.js'

/**
 * What in a spec something is about: a type, or one of its members by its name on the wire; a route, by its handler and its
 * path without the prefix; or a value of `@server`.
 */
export type SpecPlace =
  | { readonly type: string; readonly member?: string | undefined }
  | { readonly handler: string; readonly path: string }
  | { readonly key: string; readonly value: string }

/** Where a {@link SpecPlace} stands in the text. */
type TextPlace = Pick<Diagnostic, 'file' | 'start' | 'end'>

/**
 * Finds the text that a place was read from; undefined where no file has it.
 *
 * @example placeInText(result.files, { type: 'User', member: 'id' })?.start.line
 */
export function placeInText(files: readonly SourceFile[], place: SpecPlace): TextPlace | undefined {
  for (const file of files) {
    const token = tokenOf(file, place)
    if (token !== undefined) return { file: file.path, start: token.start, end: token.end }
  }
  return undefined
}

function tokenOf({ statements }: SourceFile, place: SpecPlace): Token | undefined {
  for (const statement of statements) {
    if (statement.kind === 'type' && 'type' in place) {
      const found = statement.declarations.find(({ name }) => name.text === place.type)
      if (found !== undefined) return memberToken(found.type, place.member) ?? found.name
    }
    if (statement.kind !== 'service' || 'type' in place) continue
    const { server, items } = statement
    const blocks = [server, ...items.flatMap(({ annotations }) => annotations)]
    if ('key' in place) {
      for (const block of blocks) {
        const pairs = block !== undefined && 'pairs' in block ? block.pairs.pairs : []
        const isIt = (pair: (typeof pairs)[number]) =>
          pair.key.text === place.key && unquoted(joined(pair.value)) === place.value
        const pair = pairs.find(isIt)
        if (pair !== undefined) return pair.value[0] ?? pair.key
      }
      continue
    }
    const item = items.find(
      ({ handler, route }) =>
        handler.name.text === place.handler && joined(route.path) === place.path,
    )
    if (item !== undefined) return item.handler.name
  }
  return undefined
}

/** A member of the struct itself; one that it embeds is found by the place of its own type, or not at all. */
function memberToken(
  type: { readonly kind: string },
  member: string | undefined,
): Token | undefined {
  if (member === undefined || !isStruct(type)) return undefined
  const field = type.fields.find((each) => wireNames(each).includes(member))
  return field?.names[0] ?? field?.tag
}

function isStruct(type: { readonly kind: string }): type is StructType {
  return type.kind === 'struct'
}

function wireNames({ names, tag }: Field): readonly string[] {
  const read = tag === undefined ? undefined : readTag(tag.text)
  const own = read?.ok === true ? read.tag?.name : undefined
  return own === undefined || own === '' ? names.map(({ text }) => text) : [own]
}
