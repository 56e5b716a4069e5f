/** A JSON value. */
export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json }

/** A JSON object. */
export interface JsonObject {
  readonly [name: string]: Json
}

/** An OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1), as far as it is written here. */
export interface OpenApiDocument extends JsonObject {
  readonly openapi: string
  readonly info: JsonObject
  readonly paths: { readonly [path: string]: JsonObject }
  readonly components: {
    readonly schemas: JsonObject
    readonly securitySchemes: JsonObject
    readonly responses: JsonObject
  }
}

/** An object without the members that are undefined, which JSON has no word for. */
export function present(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  const kept = Object.entries(members).filter(
    (entry): entry is [string, Json] => entry[1] !== undefined,
  )
  return Object.fromEntries(kept)
}

/**
 * The member of an operation with the path of its own route, where the parameters of that have other names than in the path
 * that it shares with other operations.
 */
export const routePathExtension = 'x-route-path'
