import { type ApiSpec, type DefinedType, type Member, type SpecType } from '../language/spec.js'
import { type MemberTag, readTag } from '../language/tags.js'
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
  const unfolded = new Map<string, readonly FieldPlan[]>()
  const used = new Set(spec.types.map(({ raw }) => typeName(raw)))
  return spec.types.map(({ raw, docs, members }) => {
    const fields = planFields(members, { types, unfolded, above: [raw], where: raw })
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
  /** Embedded types already unfolded: each once, however often it is embedded. */
  readonly unfolded: Map<string, readonly FieldPlan[]>
  readonly types: ReadonlyMap<string, DefinedType>
  readonly above: readonly string[]
  readonly where: string
}

/** The fields of a nested struct, which embeds nothing. */
export function planNested(members: readonly Member[], where: string): readonly FieldPlan[] {
  return planFields(members, { types: new Map(), unfolded: new Map(), above: [], where })
}

function planFields(members: readonly Member[], scope: Scope): readonly FieldPlan[] {
  const fields = members.flatMap((member) => planMember(member, scope))
  const names = new Set<string>()
  for (const { name } of fields) {
    if (names.has(name))
      throw new ApiSpecError(`type ${scope.where} has two members named '${name}'`)
    names.add(name)
  }
  return fields
}

function planMember(member: Member, scope: Scope): readonly FieldPlan[] {
  const { type, docs } = member
  const read = readTag(member.tag)
  if (!read.ok) throw new ApiSpecError(`type ${scope.where}: ${read.problem}`)
  if (member.inline && read.tag === undefined) return unfold(type, scope)
  if (read.tag?.name === '-') return []
  refuseComplex(type, scope.where)
  const tag: MemberTag = read.tag ?? { source: 'json', name: '', optional: false, asString: false }
  const names = member.inline ? [type.raw.replace(/^\*/, '')] : member.name.split(', ')
  if (tag.name !== '' && names.length > 1)
    throw new ApiSpecError(`type ${scope.where}: one tag names the members ${member.name}`)
  return names.map((own) => ({ ...tag, name: tag.name === '' ? own : tag.name, type, docs }))
}

function unfold(type: SpecType, scope: Scope): readonly FieldPlan[] {
  const name = type.raw.replace(/^\*/, '')
  const embedded = scope.types.get(name)
  if (embedded === undefined)
    throw new ApiSpecError(`type ${scope.where} embeds ${name}, which is no struct`)
  if (scope.above.includes(name)) throw new ApiSpecError(`type ${scope.where} embeds itself`)
  const before = scope.unfolded.get(name)
  if (before !== undefined) return before
  const fields = planFields(embedded.members, { ...scope, above: [...scope.above, name] })
  scope.unfolded.set(name, fields)
  return fields
}

function refuseComplex(type: SpecType, where: string): void {
  if (/\bcomplex(64|128)\b/.test(type.raw))
    throw new ApiSpecError(`type ${where}: JSON has no complex numbers`)
}
