/** `schema.ts` of a generated project: readers that turn what was sent into typed values, and say what does not fit. */
export const schemaText = String.raw`// Reads and checks what was sent. Generated: changes are lost.

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

export type Reader = (value: unknown, at: string, problems: Problem[]) => unknown

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
  const read: Reader = (value, at, problems) => readFields(fields(), { value, at, problems })
  const validate = (value: unknown): Result<T> => {
    const problems: Problem[] = []
    const output = read(value, '', problems)
    // Without problems the fields have been read one by one, so the value is a T.
    if (problems.length === 0) return { value: output as T }
    return { issues: problems.map(({ path, message }) => ({ message, path: path.split('.') })) }
  }
  return { '~standard': { version: 1, vendor: 'jotgate', validate }, read, fields }
}

/** Reads a request: each field from where its tag says. */
export function readRequest<T>(schema: Schema<T>, parts: Parts): T {
  const problems: Problem[] = []
  const output: Record<string, unknown> = Object.create(null)
  const body = schema.fields().some((field) => field.from === undefined) ? members(parts.json ?? {}) : {}
  if (body === undefined) throw new RequestError([{ path: '', message: 'the body must be a JSON object' }])
  for (const field of schema.fields()) readField(field, { output, at: '', problems, value: sent(field, body, parts, problems) })
  if (problems.length > 0) throw new RequestError(problems)
  return { ...output } as T
}

function sent(field: Field, body: Readonly<Record<string, unknown>>, parts: Parts, problems: Problem[]): unknown {
  if (field.from === undefined) return own(body, field.name)
  const values = parts[field.from](field.name)
  if (values.length === 0) return undefined
  if (field.many) return values
  if (values.length > 1) problems.push({ path: field.name, message: 'was sent more than once' })
  return values[0]
}

interface Place {
  readonly value: unknown
  readonly at: string
  readonly problems: Problem[]
}

function readFields(fields: readonly Field[], { value, at, problems }: Place): unknown {
  const source = members(value)
  if (source === undefined) return refuse(problems, at, 'must be an object')
  const output: Record<string, unknown> = Object.create(null)
  for (const field of fields) readField(field, { output, at, problems, value: own(source, field.name) })
  return { ...output }
}

function readField(field: Field, place: Place & { readonly output: Record<string, unknown> }): void {
  const { output, at, problems, value } = place
  const path = at === '' ? field.name : at + '.' + field.name
  if (value !== undefined && value !== null) output[field.name] = field.read(value, path, problems)
  else if (field.fallback !== undefined) output[field.name] = field.fallback
  else if (field.optional !== true) problems.push({ path, message: 'is required' })
}

function members(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined
}

/** A member the sender wrote, never one every object inherits. */
function own(source: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(source, name) ? source[name] : undefined
}

function refuse(problems: Problem[], path: string, message: string): undefined {
  problems.push({ path, message })
  return undefined
}

export const anything: Reader = (value) => value

export const flag: Reader = (value, at, problems) =>
  typeof value === 'boolean' ? value : refuse(problems, at, 'must be true or false')

export const flagText: Reader = (value, at, problems) =>
  value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : refuse(problems, at, 'must be true or false')

export function text(options?: readonly string[]): Reader {
  return (value, at, problems) => {
    if (typeof value !== 'string') return refuse(problems, at, 'must be text')
    return options?.includes(value) === false ? refuse(problems, at, 'must be one of ' + options.join(', ')) : value
  }
}

export interface NumberRules {
  readonly whole?: readonly [min: number, max: number]
  readonly options?: readonly number[]
  readonly range?: { readonly min: number; readonly max: number; readonly open: readonly [boolean, boolean] }
}

export function number({ whole, options, range }: NumberRules = {}): Reader {
  return (value, at, problems) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return refuse(problems, at, 'must be a number')
    if (whole !== undefined && !(Number.isInteger(value) && value >= whole[0] && value <= whole[1])) {
      return refuse(problems, at, 'must be a whole number from ' + String(whole[0]) + ' to ' + String(whole[1]))
    }
    if (options?.includes(value) === false) return refuse(problems, at, 'must be one of ' + options.join(', '))
    return range === undefined || within(value, range) ? value : refuse(problems, at, 'is out of range')
  }
}

function within(value: number, { min, max, open }: NonNullable<NumberRules['range']>): boolean {
  return (open[0] ? value > min : value >= min) && (open[1] ? value < max : value <= max)
}

export function numberText(rules: NumberRules = {}): Reader {
  const read = number(rules)
  return (value, at, problems) => {
    const plain = typeof value === 'string' && /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(value)
    return plain ? read(Number(value), at, problems) : refuse(problems, at, 'must be a number')
  }
}

export function list(item: Reader, length?: number): Reader {
  return (value, at, problems) => {
    if (!Array.isArray(value)) return refuse(problems, at, 'must be a list')
    if (length !== undefined && value.length !== length) return refuse(problems, at, 'must have ' + String(length) + ' items')
    return value.map((each: unknown, index) => item(each, at + '.' + String(index), problems))
  }
}

export function record(item: Reader): Reader {
  return (value, at, problems) => {
    const source = members(value)
    if (source === undefined) return refuse(problems, at, 'must be an object')
    return Object.fromEntries(Object.entries(source).map(([key, each]) => [key, item(each, at + '.' + key, problems)]))
  }
}

export function nested(fields: readonly Field[]): Reader {
  return (value, at, problems) => readFields(fields, { value, at, problems })
}

export function ref(schema: () => { readonly read: Reader }): Reader {
  return (value, at, problems) => schema().read(value, at, problems)
}
`
