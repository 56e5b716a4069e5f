/**
 * `.api` files: read, checked, formatted, turned into servers and clients, and into OpenAPI and back into guards.
 */

// What applications and the command line use.
export { parseApi, renderAsGoctl, renderDiagnostics } from './language/parse.js'
export { formatApi } from './format/format.js'
export { generate } from './generate/generate.js'
export { routeGuards } from './generate/plan-guards.js'
export { toOpenApi } from './openapi/to-openapi.js'
export { fromOpenApi } from './openapi/from-openapi.js'
export { ApiSpecError } from './generate/error.js'
export { placeInText } from './language/places.js'
export type { SpecPlace } from './language/places.js'

// Their types.
export type { ParseOptions, ParseResult } from './language/parse.js'
export type { FormatOptions, FormatResult } from './format/format.js'
export type { GeneratedFile, GenerateOptions } from './generate/generate.js'
export type { RouteGuard } from './generate/plan-guards.js'
export type { OpenApiDocument } from './openapi/document.js'
export type {
  FromOpenApiOptions,
  OpenApiGuards,
  SecurityGroup,
  ServerRoute,
} from './openapi/from-openapi.js'
export type { OpenApiCall } from './openapi/find-operations.js'
export type { Alternative, Requirement, SecuredOperation, Security } from './openapi/security.js'
export type { Diagnostic, Severity } from './language/diagnostic.js'
export type { ReadImport } from './language/load.js'
export type { Mode } from './language/syntax/text-cursor.js'
export type {
  ApiRoute,
  ApiSpec,
  DefinedType,
  Member,
  RouteGroup,
  SpecType,
} from './language/spec.js'
export type { SourceFile } from './language/syntax/ast.js'
export type { Position } from './language/syntax/token.js'
