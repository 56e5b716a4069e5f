import fc from 'fast-check'

/** A field of a Go struct: of a plain type, embedded, or with a struct of its own. */
export interface GoField {
  readonly kind: 'plain' | 'embedded' | 'pointer' | 'nested'
  /** The Go name; of an embedded field the type's. */
  readonly name: string
  /** The name in the tag `json`; empty without a tag. */
  readonly tag: string
  /** The fields of `nested`. */
  readonly fields?: readonly GoField[]
}

/** Structs by name. */
export type GoStructs = ReadonlyMap<string, readonly GoField[]>

/** Members as JSON has them: names, and those of structs in them. */
export interface JsonMembers {
  readonly [name: string]: JsonMembers | null
}

/** Whether a struct without a name contains itself through what it embeds; in Go it may, by a pointer. */
export function hasNoEnd(
  fields: readonly GoField[],
  structs: GoStructs,
  above: readonly unknown[] = [],
): boolean {
  return dominantFields(fields, structs).some(({ field: { fields: inner } }) => {
    if (inner === undefined) return false
    return above.includes(inner) || hasNoEnd(inner, structs, [...above, inner])
  })
}

interface Found {
  readonly name: string
  readonly tagged: boolean
  readonly index: readonly number[]
  readonly field: GoField
}

/**
 * The JSON members of a struct: `typeFields` and `dominantField` of Go's encoding/json, written down again step by step
 * over these structs. A model: go.test.ts has Go itself say what it makes of them.
 */
export function goMembers(fields: readonly GoField[], structs: GoStructs): JsonMembers {
  return Object.fromEntries(
    dominantFields(fields, structs).map(({ name, field: { fields: inner } }) => [
      name,
      inner === undefined ? null : goMembers(inner, structs),
    ]),
  )
}

function dominantFields(fields: readonly GoField[], structs: GoStructs): readonly Found[] {
  const all = typeFields(fields, structs).toSorted(
    (a, b) =>
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0) ||
      a.index.length - b.index.length ||
      Number(b.tagged) - Number(a.tagged),
  )
  const kept: Found[] = []
  for (let start = 0; start < all.length;) {
    let end = start
    while (all[end]?.name === all[start]?.name) end++
    const [first, second] = all.slice(start, end)
    start = end
    if (first === undefined) break
    const isAmbiguous =
      second?.index.length === first.index.length && second.tagged === first.tagged
    if (!isAmbiguous) kept.push(first)
  }
  return kept
}

interface Level {
  readonly type: string
  readonly fields: readonly GoField[]
  readonly index: readonly number[]
}

function typeFields(root: readonly GoField[], structs: GoStructs): Found[] {
  const found: Found[] = []
  const visited = new Set<string>()
  let next: Level[] = [{ type: '', fields: root, index: [] }]
  let nextCount = new Map<string, number>()
  while (next.length > 0) {
    const current = next
    const count = nextCount
    next = []
    nextCount = new Map()
    for (const level of current) {
      if (visited.has(level.type)) continue
      visited.add(level.type)
      for (const [at, field] of level.fields.entries()) {
        if (field.tag === '-') continue
        const index = [...level.index, at]
        const isEmbedded = field.kind === 'embedded' || field.kind === 'pointer'
        if (field.tag !== '' || !isEmbedded) {
          const name = field.tag === '' ? field.name : field.tag
          const entry = { name, tagged: field.tag !== '', index, field }
          found.push(entry)
          if ((count.get(level.type) ?? 0) > 1) found.push(entry)
          continue
        }
        nextCount.set(field.name, (nextCount.get(field.name) ?? 0) + 1)
        if (nextCount.get(field.name) === 1)
          next.push({ type: field.name, fields: structs.get(field.name) ?? [], index })
      }
    }
  }
  return found
}

const typeNames = ['T0', 'T1', 'T2', 'T3', 'T4', 'T5', 'T6']
const tags = fc.constantFrom('', '', 'A', 'B', 'a', 'b', '-')

function structArb(above: number, depth: number): fc.Arbitrary<readonly GoField[]> {
  const plain = fc.record({
    kind: fc.constant('plain' as const),
    name: fc.constantFrom('A', 'B', 'C', 'D'),
    tag: tags,
  })
  const later = typeNames.slice(above + 1)
  const embedded = fc.record({
    kind: fc.constant('embedded' as const),
    name: fc.constantFrom(...(later.length === 0 ? ['T6'] : later)),
    tag: fc.constantFrom('', '', '', '', 'e'),
  })
  const pointer = embedded.chain((field) =>
    fc.constantFrom(...typeNames).map((name) => ({ ...field, kind: 'pointer' as const, name })),
  )
  const nested =
    depth === 0
      ? plain
      : structArb(above, depth - 1).map((fields) => ({
          kind: 'nested' as const,
          name: 'N',
          tag: 'n',
          fields: fields.length === 0 ? [{ kind: 'plain' as const, name: 'A', tag: '' }] : fields,
        }))
  const field: fc.Arbitrary<GoField> = fc.oneof(
    { arbitrary: plain, weight: 4 },
    { arbitrary: later.length === 0 ? plain : embedded, weight: 4 },
    { arbitrary: pointer, weight: 2 },
    { arbitrary: nested, weight: 1 },
  )
  return fc.array(field, { maxLength: 5 }).map(vetted)
}

/** Only what Go compiles and `go vet` passes: no name twice in a struct, no tag twice. */
function vetted(fields: readonly GoField[]): readonly GoField[] {
  const seen = new Set<string>()
  return fields.filter(({ name, tag }) => {
    const keys = [name, ...(tag === '' || tag === '-' ? [] : [`json ${tag}`])]
    if (keys.some((key) => seen.has(key))) return false
    for (const key of keys) seen.add(key)
    return true
  })
}

/** Random structs that embed one another, by value only those that come later. */
export const goStructs: fc.Arbitrary<GoStructs> = fc
  .tuple(...typeNames.map((_, index) => structArb(index, 1)))
  .map((all) => new Map(all.map((fields, index) => [typeNames[index] ?? '', fields])))

/** Structs as an `.api` file has them. */
export function apiText(structs: GoStructs): string {
  return [...structs].map(([name, fields]) => `type ${name} {\n${fieldsText(fields)}}\n`).join('')
}

function fieldsText(fields: readonly GoField[]): string {
  return fields
    .map(({ kind, name, tag, fields: inner }) => {
      const end = tag === '' ? '\n' : ` \`json:"${tag}"\`\n`
      if (kind === 'nested') return `${name} {\n${fieldsText(inner ?? [])}}${end}`
      if (kind === 'plain') return `${name} int${end}`
      return `${kind === 'pointer' ? '*' : ''}${name}${end}`
    })
    .join('')
}
