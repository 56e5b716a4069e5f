import { type ApiSpec, type DefinedType, type Member, type SpecType } from '../language/spec.js'
import { embedsItself, type WireMember, wireMembers } from '../language/embedding.js'
import { type MemberTag } from '../language/tags.js'
import { ApiSpecError } from './error.js'
import { typeName } from './text-as-code.js'

/** A member as it is sent: its name on the wire, where it stands, and what it may be. */
export interface FieldPlan extends Omit<MemberTag, 'name'> {
  readonly name: string
  readonly type: SpecType
  readonly docs: readonly string[]
}

/** A type with its embedded types unfolded. */
export interface TypePlan {
  readonly name: string
  /** The type of what a caller sends: the own name when that is the same as what arrives. */
  readonly inputName: string
  readonly docs: readonly string[]
  readonly fields: readonly FieldPlan[]
}

/**
 * The fields of every type, embedded types unfolded, names as they are on the wire.
 *
 * @throws ApiSpecError for a tag that cannot be read, two members of one name, and types TypeScript has no value for
 * @example planTypes(spec)[0]?.fields.map(({ name }) => name)
 */
export function planTypes(spec: ApiSpec): readonly TypePlan[] {
  const types = new Map(spec.types.map((type) => [type.raw, type]))
  const budget = { left: mostNested }
  const used = new Set(spec.types.map(({ raw }) => typeName(raw)))
  return spec.types.map(({ raw, docs, members }) => {
    if (embedsItself(raw, types)) throw new ApiSpecError(`type ${raw} embeds itself`, { type: raw })
    const fields = planFields(members, { types, where: raw, above: [], budget })
    return { name: raw, inputName: inputNameOf(raw, fields, used), docs, fields }
  })
}

/** Adds the name to `used`: the `.api` file may have a type of the name that suggests itself. */
function inputNameOf(raw: string, fields: readonly FieldPlan[], used: Set<string>): string {
  if (!fields.some(mayBeLeftOut)) return typeName(raw)
  let name = `${typeName(raw)}Input`
  while (used.has(name)) name += '_'
  used.add(name)
  return name
}

/** Whether a member has a default. An optional one may be left out anyway. */
export function mayBeLeftOut(field: FieldPlan): boolean {
  return field.default !== undefined && !field.optional
}

interface Scope {
  readonly types: ReadonlyMap<string, DefinedType>
  readonly where: string
  /** The structs without a name that are being unfolded. */
  readonly above: readonly (readonly Member[])[]
  /** How many members of such structs may still come: each embedded type stands in them anew. */
  readonly budget: { left: number }
}

/** More members are those of a hostile file, in which structs without a name embed one another twice each. */
const mostNested = 100_000

/** The fields of a nested struct, as a field of a plan has it: embedded types are unfolded already. */
export function planNested(members: readonly Member[], where: string): readonly FieldPlan[] {
  return planFields(members, { types: new Map(), where, above: [], budget: { left: mostNested } })
}

function planFields(members: readonly Member[], scope: Scope): readonly FieldPlan[] {
  const found = membersOf(members, scope)
  refuseTwoOfOneHeader(found, scope.where)
  return found.map(({ name, tag, member }) => {
    refuseComplex(member.type, { type: scope.where, member: name })
    return { ...tag, name, type: unfoldNested(member.type, scope), docs: member.docs }
  })
}

/** The names of header fields are the same in capitals (RFC 9110 section 5.1). */
function refuseTwoOfOneHeader(members: readonly WireMember[], where: string): void {
  const seen = new Set<string>()
  for (const { name, tag } of members) {
    if (tag.source !== 'header') continue
    if (seen.has(name.toLowerCase()))
      throw new ApiSpecError(`type ${where}: has two members of the header field '${name}'`, {
        type: where,
        member: name,
      })
    seen.add(name.toLowerCase())
  }
}

function membersOf(members: readonly Member[], { types, where }: Scope): readonly WireMember[] {
  const problem = (text: string) => {
    throw new ApiSpecError(`type ${where}: ${text}`, { type: where })
  }
  return wireMembers(members, { types, problem })
}

/** A type whose structs without a name embed nothing any more: what they embed stands among their members. */
function unfoldNested(type: SpecType, scope: Scope): SpecType {
  switch (type.kind) {
    case 'nested':
      return { ...type, members: unfoldMembers(type.members, scope) }
    case 'pointer':
      return { ...type, type: unfoldNested(type.type, scope) }
    case 'array':
    case 'map':
      return { ...type, value: unfoldNested(type.value, scope) }
    case 'primitive':
    case 'define':
    case 'interface':
      return type
  }
}

function unfoldMembers(members: readonly Member[], scope: Scope): readonly Member[] {
  const { where, above, budget } = scope
  if (above.includes(members))
    throw new ApiSpecError(
      `type ${where}: a struct without a name contains itself: give it a name`,
      { type: where },
    )
  const found = membersOf(members, scope)
  budget.left -= found.length
  if (budget.left < 0)
    throw new ApiSpecError(
      `type ${where}: structs without a name come to more than ${String(mostNested)} members`,
      { type: where },
    )
  const inner = { ...scope, above: [...above, members] }
  return found.map(({ name, tag, member }) => ({
    ...member,
    // A tag without a name gives the member's own.
    name: tag.name === '' ? name : member.name,
    inline: false,
    type: unfoldNested(member.type, inner),
  }))
}

function refuseComplex(
  type: SpecType,
  place: { readonly type: string; readonly member: string },
): void {
  if (/\bcomplex(64|128)\b/.test(type.raw))
    throw new ApiSpecError(`type ${place.type}: JSON has no complex numbers`, place)
}
