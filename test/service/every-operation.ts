/** A JSON schema as the service's OpenAPI document has them. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly enum?: readonly unknown[]
  readonly default?: unknown
  readonly minimum?: number
  readonly minLength?: number
  readonly maxLength?: number
}

/** The parts of an OpenAPI document that are read here. */
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface DocumentedOperation {
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly schema: Schema
  }[]
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>
  }
}

/** One operation of the service, and what it takes. */
export interface Operation {
  readonly method: string
  readonly path: string
  readonly parameters: Required<DocumentedOperation>['parameters']
  readonly body: { readonly type: string; readonly schema: Schema } | undefined
}

/** One request that must be refused, and how. */
export interface BadRequest {
  readonly fault: string
  readonly method: string
  readonly path: string
  readonly type?: string
  readonly body?: string
  readonly status: readonly number[]
  /** A field that the refusal names. */
  readonly names?: string
  /** What `Allow` has to say. */
  readonly allow?: readonly string[]
}

/** Above every limit of the service. */
const large = 'a'.repeat(20_000)

const json = 'application/json'

/** Every operation of a document. */
export function operationsOf({ paths }: ApiDocument): readonly Operation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => {
      const [type, content] = Object.entries(requestBody?.content ?? {})[0] ?? []
      const body = type && content ? { type, schema: content.schema } : undefined
      return { method: method.toUpperCase(), path, parameters, body }
    }),
  )
}

/** Everything that is wrong with a request to an operation, each fault by itself. */
export function badRequests(document: ApiDocument, operation: Operation): readonly BadRequest[] {
  const { method, path, body } = operation
  const at = { method, path: path.replaceAll(/\{\w+\}/g, 'x') }
  const faults = [...badMethods(document, at.path), ...badParameters(operation)]
  if (method === 'GET') return faults
  const type = body?.type ?? json
  const isForm = type !== json
  const wrongType = isForm
    ? { type: json, status: [400, 415] }
    : { type: 'text/plain', status: [415] }
  faults.push(
    { ...at, fault: 'another content type', body: 'x=y', ...wrongType },
    { ...at, fault: 'an oversized body', type, body: `{"x":"${large}"}`, status: [413] },
    {
      ...at,
      fault: 'a broken body',
      type,
      body: isForm ? 'grant_type=%zz' : '{"x":',
      status: [400],
    },
  )
  if (body === undefined) return faults
  const sample = sampleOf(document, body.schema)
  if (typeof sample !== 'object' || sample === null)
    throw new Error(`${method} ${path}: there is no sample of its body`)
  const badBodies = isForm
    ? badForms(document, body.schema, sample)
    : badObjects(document, body.schema, sample)
  return [...faults, ...badBodies.map((each) => ({ ...at, type, status: [400], ...each }))]
}

type BadBody = Pick<BadRequest, 'fault' | 'body'> & Partial<Pick<BadRequest, 'names'>>

function badObjects(document: ApiDocument, schema: Schema, sample: object): readonly BadBody[] {
  const whole = (fault: string, body: string): BadBody => ({ fault, body })
  const { properties = {}, required = [] } = resolve(document, schema)
  const change = (fault: string, name: string, fields: object): BadBody => ({
    ...{ fault: `${fault}: ${name}`, names: name },
    body: JSON.stringify({ ...sample, ...fields }),
  })
  // Where nothing is required, no body at all is as good as an empty one.
  const nothing = required.length === 0 ? [] : ['', 'null']
  return [
    ...[...nothing, '[]', '"text"', '7', 'true', '[{}]'].map((body) =>
      whole(`no object: ${body}`, body),
    ),
    { fault: 'an unknown field', body: JSON.stringify({ ...sample, ['no-such-field']: 1 }) },
    { fault: 'a key twice over', body: `{"__proto__":{"x":1},${JSON.stringify(sample).slice(1)}` },
    ...required.map((name) => change('a missing field', name, { [name]: undefined })),
    ...required.map((name) => change('null', name, { [name]: null })),
    ...Object.entries(properties).flatMap(([name, property]) => [
      ...wrongValues(document, property).map((value) =>
        change('another type', name, { [name]: value }),
      ),
      ...Object.entries(resolve(document, property).properties ?? {}).flatMap(([inner, its]) =>
        wrongValues(document, its).map((value) => ({
          ...change('another type', name, { [name]: { [inner]: value } }),
          names: `${name}.${inner}`,
        })),
      ),
    ]),
  ]
}

function badForms(document: ApiDocument, schema: Schema, sample: object): readonly BadBody[] {
  const { required = [] } = resolve(document, schema)
  const form = (fields: object) => new URLSearchParams(Object.entries(fields)).toString()
  return required.flatMap((name): BadBody[] => {
    const without = Object.fromEntries(Object.entries(sample).filter(([each]) => each !== name))
    return [
      { fault: `a missing parameter: ${name}`, names: name, body: form(without) },
      { fault: `an empty parameter: ${name}`, names: name, body: form({ ...sample, [name]: '' }) },
      { fault: `a parameter twice: ${name}`, body: `${form(sample)}&${name}=x` },
    ]
  })
}

/** Values that are not of the type, or beyond what the schema says of it. */
function wrongValues(document: ApiDocument, schema: Schema): readonly unknown[] {
  const { type, maxLength, minLength = 0, minimum } = resolve(document, schema)
  if (schema.enum !== undefined) return [7, 'no-such-choice']
  const beyond = maxLength === undefined || maxLength > 4096 ? [] : ['x'.repeat(maxLength + 1)]
  if (type === 'string') return [7, {}, [], true, ...beyond, ...(minLength > 0 ? [''] : [])]
  if (type === 'integer')
    return ['x', '1', 1.5, {}, true, ...(minimum === undefined ? [] : [minimum - 1])]
  if (type === 'boolean') return ['true', 1, {}]
  if (type === 'array') return ['x', {}, 7, [7], [{}]]
  if (type === 'object') return ['x', 7, [1]]
  throw new Error(`there is no wrong value for the type ${String(type)}`)
}

function badParameters({ method, path, parameters }: Operation): BadRequest[] {
  const paths = (name: string, value: string) => path.replace(`{${name}}`, value)
  return parameters.flatMap(({ name, in: place, schema }): BadRequest[] => {
    const long = 'x'.repeat((schema.maxLength ?? 4000) + 1)
    const fill = (text: string) => text.replaceAll(/\{\w+\}/g, 'x')
    if (place === 'path') {
      return [long, '%00', '%ff', '..%2f'].map((value) => ({
        ...{ fault: `a bad ${name} in the path`, method, path: fill(paths(name, value)) },
        status: [400, 404, 409, 414],
      }))
    }
    const values = schema.type === 'integer' ? ['x', '1.5', '-1', `1&${name}=2`, ''] : [long]
    return values.map((value) => ({
      ...{ fault: `a bad ${name} in the query`, method, path: `${fill(path)}?${name}=${value}` },
      ...{ status: [400], names: name },
    }))
  })
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/** Methods that nothing at the path takes, under whichever of the patterns that it fits. */
function badMethods(document: ApiDocument, path: string): BadRequest[] {
  const allow = Object.entries(document.paths).flatMap(([pattern, its]) => {
    const fits = new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+').replaceAll('.', '\\.')}$`)
    return fits.test(path) ? Object.keys(its).map((method) => method.toUpperCase()) : []
  })
  return methods
    .filter((method) => !allow.includes(method))
    .map((method) => ({ fault: 'another method', method, path, status: [405], allow }))
}

/** A value that a schema takes; what it means to the service is another thing. */
export function sampleOf(document: ApiDocument, schema: Schema): unknown {
  const whole = resolve(document, schema)
  const { type, properties = {}, required = [] } = whole
  if (whole.default !== undefined) return whole.default
  if (whole.enum !== undefined) return whole.enum[0]
  if (type === 'string') return 'x'.repeat(Math.max(1, whole.minLength ?? 0))
  if (type === 'integer') return whole.minimum ?? 1
  if (type === 'boolean') return true
  if (type === 'array') return []
  if (type !== 'object') throw new Error(`there is no sample of the type ${String(type)}`)
  const fields = Object.entries(properties).filter(([name]) => required.includes(name))
  return Object.fromEntries(fields.map(([name, its]) => [name, sampleOf(document, its)]))
}

function resolve({ components }: ApiDocument, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema
  const found = components.schemas[schema.$ref.replace('#/components/schemas/', '')]
  if (found === undefined) throw new Error(`there is no schema ${schema.$ref}`)
  return found
}
