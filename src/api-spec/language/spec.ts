/**
 * What an `.api` file says, without the text: the shape goctl's own parser comes to. Types are sorted by name, groups by
 * their `group` annotation, routes by path.
 */
export interface ApiSpec {
  /** The pairs of `info (…)`, unquoted. */
  readonly info: Readonly<Record<string, string>>
  readonly types: readonly DefinedType[]
  /** The service's name, `-api` included; empty when the file declares no service. */
  readonly service: string
  readonly groups: readonly RouteGroup[]
}

/** Routes under one `@server (…)`. */
export interface RouteGroup {
  /** The pairs of `@server`, unquoted; null when there is none. */
  readonly annotation: Readonly<Record<string, string>> | null
  readonly routes: readonly ApiRoute[]
}

/** One route. Comments keep their marks, `@doc "…"` keeps its quotes, as in goctl. */
export interface ApiRoute {
  readonly method: string
  readonly path: string
  readonly handler: string
  readonly request: SpecType | null
  readonly response: SpecType | null
  readonly atDocText: string
  readonly atDocProps: Readonly<Record<string, string>> | null
  readonly doc: readonly string[]
  readonly comment: readonly string[]
  readonly handlerDoc: readonly string[]
  readonly handlerComment: readonly string[]
}

/** A struct with a name. */
export interface DefinedType {
  readonly kind: 'define'
  readonly raw: string
  readonly docs: readonly string[]
  readonly members: readonly Member[]
}

/** A field. `inline` marks an embedded type, whose `name` is empty. */
export interface Member {
  readonly name: string
  readonly type: SpecType
  /** The tag as written, backticks included; empty when there is none. */
  readonly tag: string
  readonly inline: boolean
  readonly docs: readonly string[]
  readonly comment: string
}

/** The type of a field, a request or a response. `raw` is its text. */
export type SpecType =
  | { readonly kind: 'primitive'; readonly raw: string }
  | { readonly kind: 'define'; readonly raw: string }
  | { readonly kind: 'interface'; readonly raw: string }
  | { readonly kind: 'pointer'; readonly raw: string; readonly type: SpecType }
  | { readonly kind: 'array'; readonly raw: string; readonly value: SpecType }
  | { readonly kind: 'map'; readonly raw: string; readonly key: string; readonly value: SpecType }
  | { readonly kind: 'nested'; readonly raw: string; readonly members: readonly Member[] }

/** Go's own types, which need no declaration. */
export const primitives: ReadonlySet<string> = new Set(
  (
    'bool int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 uintptr float32 float64 complex64 complex128 ' +
    'string byte rune any'
  ).split(' '),
)
