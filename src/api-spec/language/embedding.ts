import { type DefinedType, type Member } from './spec.js'
import { type MemberTag, readTag } from './tags.js'

/** A member that a struct has on the wire: its own, or one of a type that it embeds. */
export interface WireMember {
  /** On the wire. */
  readonly name: string
  readonly tag: MemberTag
  readonly member: Member
}

/** What {@link wireMembers} looks types up in, and tells what is wrong. */
export interface EmbeddingContext {
  readonly types: ReadonlyMap<string, Pick<DefinedType, 'members'>>
  problem(text: string): void
}

/** More levels of embedding are those of a hostile file. */
const deepest = 200

/**
 * The members of a struct with those of the types it embeds, by the rules of Go's encoding/json: of one name the member of
 * the outer struct counts; of two in the same depth the one whose tag has the name; and neither, if that does not decide. A type
 * is embedded unless its tag gives it a name.
 *
 * @example wireMembers(members, { types, problem: fail }).map(({ name }) => name)
 */
export function wireMembers(
  members: readonly Member[],
  context: EmbeddingContext,
): readonly WireMember[] {
  const walk: Walk = { context, found: new Map(), seen: new Set() }
  let level: readonly Struct[] = [{ members, place: [], isTwice: false }]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) {
      context.problem(`embeds types more than ${String(deepest)} deep`)
      break
    }
    level = walkLevel(level, walk)
  }
  return [...walk.found.values()]
    .flatMap((candidates) => dominant(candidates, context))
    .sort((one, other) => comparePlaces(one.place, other.place))
}

interface Struct {
  readonly members: readonly Member[]
  /** The indexes that lead to it. */
  readonly place: readonly number[]
  /** Two structs of one level embed it: each of its members is there twice. */
  readonly isTwice: boolean
}

interface Candidate extends WireMember {
  readonly place: readonly number[]
}

interface Walk {
  readonly context: EmbeddingContext
  readonly found: Map<string, Candidate[]>
  /** Types that have been embedded: a deeper one of the same type is hidden. */
  readonly seen: Set<string>
}

/** Notes the members of one level, and returns the types that they embed: the next. */
function walkLevel(level: readonly Struct[], { context, found, seen }: Walk): readonly Struct[] {
  const next = new Map<string, Struct>()
  for (const { members, place, isTwice } of level) {
    for (const [index, member] of members.entries()) {
      const own = [...place, index]
      const tag = tagOf(member, context)
      if (tag === undefined || tag.name === '-') continue
      if (!member.inline || tag.name !== '') {
        for (const each of named(member, tag, context))
          note(found, { ...each, place: own }, isTwice)
        continue
      }
      const name = plainName(member)
      const type = context.types.get(name)
      if (type === undefined) context.problem(`embeds ${name}, which is no struct`)
      else if (!seen.has(name))
        next.set(name, {
          members: type.members,
          place: next.get(name)?.place ?? own,
          isTwice: next.has(name),
        })
    }
  }
  for (const name of next.keys()) seen.add(name)
  return [...next.values()]
}

function tagOf(member: Member, context: EmbeddingContext): MemberTag | undefined {
  const read = readTag(member.tag)
  if (read.ok) return read.tag ?? { source: 'json', name: '', optional: false, asString: false }
  context.problem(read.problem)
  return undefined
}

/** The members that a field declares: `A, B int` are two. */
function named(member: Member, tag: MemberTag, context: EmbeddingContext): readonly WireMember[] {
  const names = member.inline ? [plainName(member)] : member.name.split(', ')
  if (tag.name !== '' && names.length > 1)
    context.problem(`one tag names the members ${member.name}`)
  return names.map((own) => ({ name: tag.name === '' ? own : tag.name, tag, member }))
}

function note(found: Map<string, Candidate[]>, candidate: Candidate, isTwice: boolean): void {
  const candidates = found.get(candidate.name) ?? []
  found.set(candidate.name, candidates)
  candidates.push(candidate, ...(isTwice ? [candidate] : []))
}

/** The candidate that counts; none where two have the same right. */
function dominant(
  candidates: readonly Candidate[],
  context: EmbeddingContext,
): readonly Candidate[] {
  const ranked = candidates.toSorted((one, other) => rank(one) - rank(other))
  const [first, second] = ranked
  if (first === undefined) return []
  if (second === undefined || rank(first) < rank(second)) return [first]
  // Of embedded types Go drops both; in the struct itself it is a slip.
  if (first.place.length === 1) context.problem(`has two members named '${first.name}'`)
  return []
}

/** By depth, and in one depth a name that the tag gives goes first. */
function rank({ place, tag }: Candidate): number {
  return 2 * place.length + (tag.name === '' ? 1 : 0)
}

function comparePlaces(one: readonly number[], other: readonly number[]): number {
  for (const [index, at] of one.entries()) {
    const difference = at - (other[index] ?? -1)
    if (difference !== 0) return difference
  }
  return one.length - other.length
}

function isEmbedded({ inline, tag }: Member): boolean {
  const read = readTag(tag)
  return inline && read.ok && (read.tag?.name ?? '') === ''
}

/** The name of the type that a member embeds. */
function plainName({ type }: Member): string {
  return type.raw.replace(/^\*/, '')
}

/**
 * Whether a struct would contain itself, and so have no end: it embeds itself by value, through others too. By a pointer it
 * may, as in Go.
 *
 * @example embedsItself('A', types)
 */
export function embedsItself(
  name: string,
  types: ReadonlyMap<string, Pick<DefinedType, 'members'>>,
): boolean {
  const seen = new Set<string>()
  const waiting = [name]
  for (let current = waiting.pop(); current !== undefined; current = waiting.pop()) {
    for (const member of types.get(current)?.members ?? []) {
      const { raw } = member.type
      if (!isEmbedded(member) || raw.startsWith('*')) continue
      if (raw === name) return true
      if (!seen.has(raw)) waiting.push(raw)
      seen.add(raw)
    }
  }
  return false
}
