// Reads and checks what was sent. Generated: changes are lost.

/** What does not fit, and where; never the value itself. */
export interface Problem {
  readonly path: string
  readonly message: string
}

/** A request taken apart. */
export interface Parts {
  readonly json: unknown
  form(name: string): readonly string[]
  path(name: string): readonly string[]
  header(name: string): readonly string[]
}

/** What goes with a value while it is read. */
export interface Reading {
  readonly problems: Problem[]
  /** Members that no type names are refused. */
  readonly strict?: true | undefined
}

export type Reader = (value: unknown, at: string, reading: Reading) => unknown

export interface Field {
  readonly name: string
  readonly from?: 'form' | 'path' | 'header'
  readonly optional?: true
  readonly many?: true
  readonly fallback?: string | number | boolean
  readonly read: Reader
}

/** A schema in the shape of Standard Schema v1 (https://standardschema.dev). */
export interface Schema<T> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: 'jotgate'
    readonly validate: (value: unknown) => Result<T>
    readonly types?: { readonly input: T; readonly output: T }
  }
  readonly read: Reader
  readonly fields: () => readonly Field[]
}

export type Result<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path: readonly string[] }[] }

/** Thrown for a request that does not fit; answered with 400. */
export class RequestError extends Error {
  readonly problems: readonly Problem[]

  constructor(problems: readonly Problem[]) {
    super('the request does not fit its type')
    this.name = 'RequestError'
    this.problems = problems
  }
}

export function object<T>(fields: () => readonly Field[]): Schema<T> {
  const read: Reader = (value, at, reading) => readFields(fields(), { value, at, reading })
  const validate = (value: unknown): Result<T> => {
    const problems: Problem[] = []
    const output = read(value, '', { problems })
    // Without problems the fields have been read one by one, so the value is a T.
    if (problems.length === 0) return { value: output as T }
    return { issues: problems.map(({ path, message }) => ({ message, path: path.split('.') })) }
  }
  return { '~standard': { version: 1, vendor: 'jotgate', validate }, read, fields }
}

/** Reads a request: each field from where its tag says. */
export function readRequest<T>(schema: Schema<T>, parts: Parts, { strict }: { readonly strict?: true }): T {
  const reading: Reading = { problems: [], strict }
  const fields = schema.fields()
  const output = Object.create(null) as Record<string, unknown>
  const json = fields.filter((field) => field.from === undefined)
  const body = json.length > 0 || strict === true ? members(parts.json ?? {}) : {}
  if (body === undefined) throw new RequestError([{ path: '', message: 'the body must be a JSON object' }])
  refuseUnknown(json, { value: body, at: '', reading })
  for (const field of fields) readField(field, { output, at: '', reading, value: sent(field, { body, parts, reading }) })
  if (reading.problems.length > 0) throw new RequestError(reading.problems)
  return { ...output } as T
}

interface Sent {
  readonly body: Members
  readonly parts: Parts
  readonly reading: Reading
}

function sent(field: Field, { body, parts, reading }: Sent): unknown {
  if (field.from === undefined) return own(body, field.name)
  const values = parts[field.from](field.name)
  if (values.length === 0) return undefined
  if (field.many) return values
  if (values.length > 1) refuse(reading, field.name, 'was sent more than once')
  return values[0]
}

interface Place {
  readonly value: unknown
  readonly at: string
  readonly reading: Reading
}

function readFields(fields: readonly Field[], { value, at, reading }: Place): unknown {
  const source = members(value)
  if (source === undefined) return refuse(reading, at, 'must be an object')
  refuseUnknown(fields, { value: source, at, reading })
  const output = Object.create(null) as Record<string, unknown>
  for (const field of fields) readField(field, { output, at, reading, value: own(source, field.name) })
  return { ...output }
}

/** Unknown names are the sender's, and are not repeated. */
function refuseUnknown(fields: readonly Field[], { value, at, reading }: Place & { readonly value: Members }): void {
  if (reading.strict !== true) return
  const known = new Set(fields.map(({ name }) => name))
  if (!Object.keys(value).every((name) => known.has(name))) refuse(reading, at, 'has members that this operation does not know')
}

function readField(field: Field, place: Place & { readonly output: Record<string, unknown> }): void {
  const { output, at, reading, value } = place
  const path = at === '' ? field.name : at + '.' + field.name
  if (value !== undefined && value !== null) output[field.name] = field.read(value, path, reading)
  else if (field.fallback !== undefined) output[field.name] = field.fallback
  else if (field.optional !== true) refuse(reading, path, 'is required')
}

type Members = Readonly<Record<string, unknown>>

function members(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined
}

/** A member the sender wrote, never one every object inherits. */
function own(source: Members, name: string): unknown {
  return Object.hasOwn(source, name) ? source[name] : undefined
}

function refuse({ problems }: Reading, path: string, message: string): unknown {
  problems.push({ path, message })
  return undefined
}

export const anything: Reader = (value) => value

export const flag: Reader = (value, at, reading) =>
  typeof value === 'boolean' ? value : refuse(reading, at, 'must be true or false')

export const flagText: Reader = (value, at, reading) =>
  value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : refuse(reading, at, 'must be true or false')

/** Both ends included with from and to, left out with above and below. */
export interface Range {
  readonly from?: number
  readonly above?: number
  readonly to?: number
  readonly below?: number
}

export interface TextRules {
  readonly options?: readonly string[]
  /** In Unicode code points. */
  readonly length?: Range
}

export function text({ options, length }: TextRules = {}): Reader {
  return (value, at, reading) => {
    if (typeof value !== 'string') return refuse(reading, at, 'must be text')
    if (options?.includes(value) === false) return refuse(reading, at, 'must be one of ' + options.join(', '))
    return length === undefined || within(Array.from(value).length, length) ? value : refuse(reading, at, 'is too long or too short')
  }
}

export interface NumberRules {
  /** Go's type of whole numbers. */
  readonly whole?: keyof typeof wholeTypes
  readonly options?: readonly number[]
  readonly range?: Range
}

export function number({ whole, options, range }: NumberRules = {}): Reader {
  return (value, at, reading) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return refuse(reading, at, 'must be a number')
    if (whole !== undefined) {
      const [least, most] = wholeTypes[whole]
      if (!(Number.isInteger(value) && value >= least && value <= most))
        return refuse(reading, at, 'must be a whole number from ' + String(least) + ' to ' + String(most))
    }
    if (options?.includes(value) === false) return refuse(reading, at, 'must be one of ' + options.join(', '))
    return range === undefined || within(value, range) ? value : refuse(reading, at, 'is out of range')
  }
}

function within(value: number, { from = -Infinity, above = -Infinity, to = Infinity, below = Infinity }: Range): boolean {
  return value >= from && value > above && value <= to && value < below
}

/** What Go's whole numbers hold; 64 bits only as far as JavaScript's numbers are exact. */
const wholeTypes = {
  int: [-9007199254740991, 9007199254740991],
  int8: [-128, 127],
  int16: [-32768, 32767],
  int32: [-2147483648, 2147483647],
  int64: [-9007199254740991, 9007199254740991],
  uint: [0, 9007199254740991],
  uint8: [0, 255],
  uint16: [0, 65535],
  uint32: [0, 4294967295],
  uint64: [0, 9007199254740991],
  uintptr: [0, 9007199254740991],
  byte: [0, 255],
  rune: [-2147483648, 2147483647],
} as const

export function numberText(rules: NumberRules = {}): Reader {
  const read = number(rules)
  return (value, at, reading) => {
    const plain = typeof value === 'string' && /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(value)
    return plain ? read(Number(value), at, reading) : refuse(reading, at, 'must be a number')
  }
}

export function list(item: Reader, length?: number): Reader {
  return (value, at, reading) => {
    if (!Array.isArray(value)) return refuse(reading, at, 'must be a list')
    if (length !== undefined && value.length !== length) return refuse(reading, at, 'must have ' + String(length) + ' items')
    return value.map((each: unknown, index) => item(each, at + '.' + String(index), reading))
  }
}

export function record(item: Reader): Reader {
  return (value, at, reading) => {
    const source = members(value)
    if (source === undefined) return refuse(reading, at, 'must be an object')
    return Object.fromEntries(Object.entries(source).map(([key, each]) => [key, item(each, at + '.' + key, reading)]))
  }
}

export function nested(fields: readonly Field[]): Reader {
  return (value, at, reading) => readFields(fields, { value, at, reading })
}

export function ref(schema: () => { readonly read: Reader }): Reader {
  return (value, at, reading) => schema().read(value, at, reading)
}
