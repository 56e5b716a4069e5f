import { jsonValue } from '../../../foundation/json-value.js'
import { brand, inherits, isBranded } from '../../../foundation/brand.js'

/** A member that does not fit, and where it is; never its value. */
export interface Problem {
  /** Members and indexes from the outside in, with dots; empty for the whole value. */
  readonly path: string
  /** A sentence without its subject, such as `must be text`. */
  readonly message: string
}

/** What goes with a value while it is read. */
export interface Reading {
  readonly problems: Problem[]
  /** How many values of other types the reader is in. */
  depth?: number
  /** Members that the type does not name are refused. */
  readonly strict?: true | undefined
}

/** Returns the value in its type, or adds to `reading.problems`. `at` is where the value is. */
export interface Reader {
  (value: unknown, at: string, reading: Reading): unknown
  /** Absent where a value is sent as a program has it. */
  readonly turn?: Turn
}

/**
 * The 64-bit numbers of a value: `out`, as they are sent, for `writeJson`; `in`, as a program has them. Nothing else is looked at.
 *
 * @throws TypeError on the way out, for a number that its type does not hold: with its place, and not with its value
 */
export type Turn = (value: unknown, place: { readonly at: string; readonly way: Way }) => unknown

/** Which way a value goes: `in` from JSON or text to the program, `out` to JSON. */
export type Way = 'in' | 'out'

/** One member of a type. */
export interface Field {
  readonly name: string
  /** Where the member of a request is, when it is not in the body. */
  readonly from?: 'form' | 'path' | 'header'
  readonly optional?: true
  /** All values of the name are read, as a list. */
  readonly many?: true
  /** The value of a member that is absent. */
  readonly fallback?: string | number | boolean | bigint
  readonly read: Reader
}

/**
 * A schema in the shape of Standard Schema v1 (https://standardschema.dev): generated code has one for each type of its
 * `.api` file, and of the same name.
 *
 * @example const result = LoginReq['~standard'].validate(body)
 */
export interface Schema<T> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: 'jotgate'
    readonly validate: (value: unknown) => Result<T>
    readonly types?: { readonly input: T; readonly output: T }
  }
  /** Reads a value inside another one. */
  readonly read: Reader
  /** The members; a function, because types may name each other. */
  readonly fields: () => readonly Field[]
}

/** The outcome of a validation: the value, or the problems and where each is. */
export type Result<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path: readonly string[] }[] }

/**
 * The type of a value as it is sent, when the members `K` have defaults: they may be left out.
 *
 * @example type PageInput = Input<Page, 'limit'>
 */
export type Input<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>

/**
 * The schema of an object with these members.
 *
 * @example const Id = object<{ id: string }>(() => [{ name: 'id', read: text() }])
 */
export function object<T>(fields: () => readonly Field[]): Schema<T> {
  const read: Reader = Object.assign(
    (value: unknown, at: string, reading: Reading) => readFields(fields(), { value, at, reading }),
    { turn: turnFields(fields) },
  )
  const validate = (value: unknown): Result<T> => {
    const reading: Reading = { problems: [] }
    const output = read(value, '', reading)
    // Without problems the fields have been read one by one, so the value is a T.
    if (reading.problems.length === 0) return { value: output as T }
    return {
      issues: reading.problems.map(({ path, message }) => ({ message, path: path.split('.') })),
    }
  }
  return { '~standard': { version: 1, vendor: 'jotgate', validate }, read, fields }
}

/** The schema of a request without members. */
export const nothing: Schema<object> = object(() => [])

/** A request taken apart. Each function returns all values of a name. */
export interface Parts {
  /** The parsed body; undefined without one. */
  readonly json: unknown
  form(name: string): readonly string[]
  /** Names of the fields of a form that is the body. */
  readonly formNames?: readonly string[]
  path(name: string): readonly string[]
  header(name: string): readonly string[]
}

/**
 * A request that does not fit its type; the answer is 400.
 *
 * @example if (error instanceof RequestError) console.error(error.problems)
 */
export class RequestError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super('the request does not fit its type')
    this.name = 'RequestError'
    this.problems = problems
    brand(this, 'RequestError/1')
  }

  /** Recognises the errors of every copy of this package. */
  static override [Symbol.hasInstance](given: unknown): boolean {
    return this === RequestError ? isBranded(given, 'RequestError/1') : inherits(given, this)
  }
}

/**
 * Reads a request: each member from where the tag of the `.api` file says.
 *
 * @throws RequestError with every problem
 * @example const login = readRequest(LoginReq, parts, { strict: true })
 */
export function readRequest<T>(
  schema: Schema<T>,
  parts: Parts,
  { strict }: { readonly strict?: true },
): T {
  const reading: Reading = { problems: [], strict }
  const fields = schema.fields()
  const output = Object.create(null) as Record<string, unknown> // as in readFields
  const json = fields.filter((field) => field.from === undefined)
  const body = json.length > 0 || strict === true ? membersOf(parts.json ?? {}) : {}
  if (body === undefined)
    throw new RequestError([{ path: '', message: 'the body must be a JSON object' }])
  refuseUnknown(json, { value: body, at: '', reading })
  refuseUnknownFields(fields, parts, reading)
  for (const field of fields)
    readField(field, { output, at: '', reading, value: sent(field, { body, parts, reading }) })
  if (reading.problems.length > 0) throw new RequestError(reading.problems)
  return { ...output } as T // without problems every field has been read, so it is a T
}

/** The same for the fields of a form. */
function refuseUnknownFields(fields: readonly Field[], parts: Parts, reading: Reading): void {
  const form = fields.filter(({ from }) => from === 'form')
  const sent = (parts.formNames ?? []).map((name) => [name, undefined] as const)
  const value: Members = Object.fromEntries(sent)
  refuseUnknown(form, { value, at: '', reading })
}

interface Sent {
  readonly body: Members
  readonly parts: Parts
  readonly reading: Reading
}

function sent(field: Field, { body, parts, reading }: Sent): unknown {
  if (field.from === undefined) return ownMember(body, field.name)
  const values = parts[field.from](field.name)
  if (values.length === 0) return undefined
  if (field.many) return values
  if (values.length > 1) refuse(reading, field.name, 'was sent more than once')
  return values[0]
}

/** A value, where it is, and what goes with it. */
export interface Place {
  readonly value: unknown
  readonly at: string
  readonly reading: Reading
}

/** The members of an object. */
export type Members = Readonly<Record<string, unknown>>

/**
 * Reads every field of an object.
 *
 * @example readFields([{ name: 'id', read: text() }], { value, at: '', reading: { problems: [] } })
 */
export function readFields(fields: readonly Field[], { value, at, reading }: Place): unknown {
  const source = membersOf(value)
  if (source === undefined) return refuse(reading, at, 'must be an object')
  refuseUnknown(fields, { value: source, at, reading })
  // Without a prototype: a member may be named `__proto__`.
  const output = Object.create(null) as Record<string, unknown> // it is typed as any
  for (const field of fields)
    readField(field, { output, at, reading, value: ownMember(source, field.name) })
  return { ...output }
}

/** The turn of an object: of those of its members that have one. */
export function turnFields(fields: () => readonly Field[]): Turn {
  return (given, { at, way }) => {
    const source = membersOf(jsonValue(given, at))
    if (source === undefined) return given
    const turned = { ...source }
    for (const { name, read } of fields())
      if (read.turn !== undefined && Object.hasOwn(source, name))
        turned[name] = read.turn(source[name], { at: at === '' ? name : `${at}.${name}`, way })
    return turned
  }
}

/** Refuses unknown members when the reading is strict. Their names are the sender's, and are not repeated. */
function refuseUnknown(
  fields: readonly Field[],
  { value, at, reading }: Place & { readonly value: Members },
): void {
  if (reading.strict !== true) return
  const known = new Set(fields.map(({ name }) => name))
  if (!Object.keys(value).every((name) => known.has(name)))
    refuse(reading, at, 'has members that this operation does not know')
}

/** Reads one field into `output`; null counts as absent. */
function readField(
  field: Field,
  { output, at, reading, value }: Place & { readonly output: Record<string, unknown> },
): void {
  const path = at === '' ? field.name : `${at}.${field.name}`
  if (value !== undefined && value !== null) output[field.name] = field.read(value, path, reading)
  else if (field.fallback !== undefined) output[field.name] = field.fallback
  else if (field.optional !== true) refuse(reading, path, 'is required')
}

/** The members of a value; undefined for anything but an object. */
export function membersOf(value: unknown): Members | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Members) : undefined // it has just been looked at
}

/** A member that the sender wrote, never one that every object inherits. */
function ownMember(source: Members, name: string): unknown {
  return Object.hasOwn(source, name) ? source[name] : undefined
}

/** Notes a problem. Undefined stands for the value that cannot be read. */
export function refuse({ problems }: Reading, path: string, message: string): unknown {
  problems.push({ path, message })
  return undefined
}
