import { ConfigError } from '../../foundation/errors.js'
import { flag, oneOf, type OptionTable, readOptions, value } from '../../foundation/options.js'
import { type ApiSpec } from '../language/spec.js'
import { emitAuth, emitConfig, emitGuards } from './emit-auth.js'
import { emitClient } from './emit-client.js'
import { emitHandlers, emitMiddleware, emitRoutes, emitService } from './emit-service.js'
import { emitTypes } from './emit-types.js'
import { type Int64 } from './int64.js'
import { kebabCase } from './text-as-code.js'
import { planService, type ServicePlan } from './plan.js'

/** What {@link generate} makes. */
export interface GenerateOptions {
  /** The servers that will carry the routes; with `fastify` a `main.ts` begins. Default `['fastify']`; none: a client only. */
  readonly servers?: readonly ('fastify' | 'fetch')[]
  /** Whether to generate the client. Default true. */
  readonly client?: boolean
  /**
   * Where the gates of the guards come from: `config` (the default) generates them over secrets in a configuration;
   * with `own` the program hands in gates of its own, such as one over published keys.
   */
  readonly gates?: 'config' | 'own'
  /**
   * What `int64` and `uint64` are in TypeScript: `number`, exact up to 2^53 (the default), `bigint`, or `string`, their digits. They
   * travel as JSON numbers all the same, or as text where the tag says `string`.
   */
  readonly int64?: Int64
}

/** Options of `generate`. */
export const generateTable = {
  servers: value("array of `'fastify'`, `'fetch'`", readServers, { default: ['fastify'] }),
  client: flag({ default: true }),
  gates: oneOf<'config' | 'own'>(['config', 'own'], { default: 'config' }),
  int64: oneOf<Int64>(['number', 'bigint', 'string'], { default: 'number' }),
} satisfies OptionTable<keyof GenerateOptions>

const server = oneOf<'fastify' | 'fetch'>(['fastify', 'fetch'])

function readServers(given: unknown, option: string): readonly ('fastify' | 'fetch')[] {
  if (!Array.isArray(given)) throw new ConfigError(option, 'must be an array')
  return given.map((each) => server.read(each, option))
}

/** A file to write, by its path below the folder of the project's sources. */
export interface GeneratedFile {
  readonly path: string
  readonly text: string
  /** False for what a person goes on with: write it only where there is none. */
  readonly overwrite: boolean
}

/**
 * A project's sources from a spec: types with schemas, routes behind their gates, one object of handlers to fill in,
 * stubs for middleware, the type of the configuration, a typed client. Pure: writing is the caller's work. How a route
 * runs is not in it: the result imports `jotgate/api-spec/runtime`, and `jotgate/api-spec/client`.
 *
 * @throws ApiSpecError for what cannot be served, such as `signature: true`
 * @example for (const file of generate(result.spec)) if (file.overwrite || !exists(file.path)) write(file)
 */
export function generate(spec: ApiSpec, options: GenerateOptions = {}): readonly GeneratedFile[] {
  const { servers, client, gates, int64 } = readOptions('generate', generateTable, options)
  const plan = planService(spec, int64)
  return [
    ...(servers.length > 0 || client ? [made('types.ts', emitTypes(plan))] : []),
    ...(servers.length > 0 ? serverFiles(plan) : []),
    ...(servers.length > 0 && gates === 'config'
      ? [made('config.ts', emitConfig(plan)), made('auth.ts', emitAuth(plan))]
      : []),
    ...(servers.includes('fastify') && gates === 'config' ? [begun('main.ts', mainText)] : []),
    ...(client ? [made('client.ts', emitClient(plan))] : []),
  ]
}

function serverFiles(plan: ServicePlan): readonly GeneratedFile[] {
  return [
    made('guards.ts', emitGuards(plan)),
    made('service.ts', emitService(plan)),
    made('routes.ts', emitRoutes(plan)),
    begun('services.ts', servicesText),
    begun('handlers.ts', emitHandlers(plan)),
    ...plan.middleware.map((name) =>
      begun(`middleware/${kebabCase(name)}.ts`, emitMiddleware(name)),
    ),
  ]
}

/** What is written again each time stands apart from what people write. */
function made(path: string, text: string): GeneratedFile {
  return { path: `generated/${path}`, text, overwrite: true }
}

function begun(path: string, text: string): GeneratedFile {
  return { path, text, overwrite: false }
}

const servicesText = `/** What handlers work with, such as a database. Build it where the server starts. */
export interface Services {
  /** Unix time in seconds. */
  readonly now: () => number
}
`

const mainText = `import { readFile } from 'node:fs/promises'
import Fastify from 'fastify'
import { registerRoutes } from 'jotgate/api-spec/fastify'
import { createGates } from './generated/auth.js'
import { type Config } from './generated/config.js'
import { createRoutes } from './generated/routes.js'
import { handlers } from './handlers.js'

// The path of the configuration, a JSON file in the shape of Config, is the first argument.
const config = JSON.parse(await readFile(process.argv[2] ?? 'config.json', 'utf8')) as Config
const app = Fastify({ logger: true })
registerRoutes(app, {
  routes: createRoutes(handlers),
  gates: createGates(config),
  services: { now: () => Date.now() / 1000 },
})
await app.listen({ host: '127.0.0.1', port: 8888 })
`
