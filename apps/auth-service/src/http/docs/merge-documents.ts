import type { OpenApiDocument } from 'jotgate/api-spec'

/** A JSON object of an OpenAPI document. */
export type JsonObject = OpenApiDocument['info']

type Json = JsonObject[string]

/** One part of a document, and its topic. */
export interface DocumentPart {
  readonly tag: string
  readonly about: string
  readonly document: Pick<OpenApiDocument, 'paths' | 'components'>
  /** Put before names of types and operations that may also occur in another part. */
  readonly prefix?: string
}

/** The head that {@link mergeDocuments} writes above the parts. */
export interface DocumentHead {
  readonly info: JsonObject
  readonly server: string
}

/**
 * Merges several OpenAPI documents into one.
 *
 * @throws Error when two parts have the same path, or different components with one name
 * @example mergeDocuments({ info, server: 'https://auth.example' }, [{ tag: 'user', about: 'Login', document }])
 */
export function mergeDocuments(
  { info, server }: DocumentHead,
  parts: readonly DocumentPart[],
): OpenApiDocument {
  const documents = parts.map((part) => ({ ...part, document: withPrefix(part) }))
  const components = (kind: keyof OpenApiDocument['components']) =>
    mergeNames(documents.map(({ document }) => document.components[kind]))
  return {
    openapi: '3.1.1',
    info,
    servers: [{ url: server }],
    tags: parts.map(({ tag, about }) => ({ name: tag, description: about })),
    paths: mergePaths(documents),
    components: {
      schemas: components('schemas'),
      securitySchemes: components('securitySchemes'),
      responses: components('responses'),
    },
  }
}

/** Renames types and operations of a part by its prefix. */
function withPrefix({ document, prefix = '' }: DocumentPart): DocumentPart['document'] {
  if (prefix === '') return document
  const { paths, components } = rewrite(document, (name, value) => {
    if (name === '$ref' && typeof value === 'string')
      return value.replace('#/components/schemas/', `#/components/schemas/${prefix}`)
    if (name === 'operationId' && typeof value === 'string')
      return prefix.toLowerCase() + value.charAt(0).toUpperCase() + value.slice(1)
    return value
  })
  const schemas = Object.entries(components.schemas).map(([name, type]) => [prefix + name, type])
  return {
    paths,
    components: { ...components, schemas: Object.fromEntries(schemas) as JsonObject },
  }
}

function rewrite<T extends object>(
  document: T,
  change: (name: string, value: Json | undefined) => unknown,
): T {
  // JSON in, JSON of the same shape out: only texts are changed.
  return JSON.parse(JSON.stringify(document, change)) as T
}

function mergePaths(parts: readonly DocumentPart[]): OpenApiDocument['paths'] {
  const paths: Record<string, JsonObject> = {}
  for (const { tag, document } of parts) {
    for (const [path, methods] of Object.entries(document.paths)) {
      if (path in paths) throw new Error(`two parts of the document have the path ${path}`)
      paths[path] = Object.fromEntries(
        Object.entries(methods).map(([method, operation]) => [method, tagged(operation, tag)]),
      )
    }
  }
  return paths
}

function tagged(operation: Json | undefined, tag: string): Json {
  return { ...(operation as JsonObject), tags: [tag] } // every member of a path here is an operation
}

function mergeNames(groups: readonly JsonObject[]): JsonObject {
  const merged: Record<string, Json> = {}
  for (const [name, component] of groups.flatMap((group) => Object.entries(group))) {
    if (name in merged && JSON.stringify(merged[name]) !== JSON.stringify(component))
      throw new Error(`two parts of the document have different components ${name}`)
    merged[name] = component
  }
  return merged
}
