import { ConfigError } from '../../foundation/errors.js'
import { flag, oneOf, type OptionTable, readOptions, value } from '../../foundation/options.js'
import { type ApiSpec } from '../language/spec.js'
import { emitAuth, emitConfig, emitGuards } from './emit-auth.js'
import { emitClient } from './emit-client.js'
import { emitHandler, emitMiddleware, emitRoutes } from './emit-routes.js'
import { emitTypes } from './emit-types.js'
import { kebabCase } from './names.js'
import { planService, type ServicePlan } from './plan.js'
import { sendText } from './runtime/client-text.js'
import { fastifyText } from './runtime/fastify-text.js'
import { fetchText } from './runtime/fetch-text.js'
import { schemaText } from './runtime/schema-text.js'
import { serverText } from './runtime/server-text.js'

/** What {@link generate} makes. */
export interface GenerateOptions {
  /** The servers to generate for. Default `['fastify']`. */
  readonly servers?: readonly ('fastify' | 'fetch')[]
  /** Whether to generate the client. Default true. */
  readonly client?: boolean
  /**
   * Where the gates of the guards come from: `config` (the default) generates them over secrets in a configuration;
   * with `own` the program hands in gates of its own, such as one over published keys.
   */
  readonly gates?: 'config' | 'own'
}

/** Options of `generate`. */
export const generateTable = {
  servers: value("array of `'fastify'`, `'fetch'`", readServers, { default: ['fastify'] }),
  client: flag({ default: true }),
  gates: oneOf<'config' | 'own'>(['config', 'own'], { default: 'config' }),
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
 * A project's sources from a spec: types with schemas, routes behind their gates, stubs for handlers and middleware, the
 * type of the configuration, a typed client. Pure: writing is the caller's work. The result imports `jotgate` and, for
 * Fastify, `jotgate/fastify`.
 *
 * @throws ApiSpecError for what cannot be served, such as `signature: true`
 * @example for (const file of generate(result.spec)) if (file.overwrite || !exists(file.path)) write(file)
 */
export function generate(spec: ApiSpec, options: GenerateOptions = {}): readonly GeneratedFile[] {
  const { servers, client, gates } = readOptions('generate', generateTable, options)
  const plan = planService(spec)
  return [
    ...(servers.length > 0 || client
      ? [made('types.ts', emitTypes(plan)), made('schema.ts', schemaText)]
      : []),
    ...(servers.length > 0 ? serverFiles(plan) : []),
    ...(servers.length > 0 && gates === 'config'
      ? [made('config.ts', emitConfig(plan)), made('auth.ts', emitAuth(plan))]
      : []),
    ...(servers.includes('fastify') ? [made('fastify.ts', fastifyText)] : []),
    ...(servers.includes('fastify') && gates === 'config' ? [begun('main.ts', mainText)] : []),
    ...(servers.includes('fetch') ? [made('fetch.ts', fetchText)] : []),
    ...(client ? [made('client.ts', emitClient(plan)), made('send.ts', sendText)] : []),
  ]
}

function serverFiles(plan: ServicePlan): readonly GeneratedFile[] {
  return [
    made('guards.ts', emitGuards(plan)),
    made('routes.ts', emitRoutes(plan)),
    made('server.ts', serverText),
    begun('services.ts', servicesText),
    ...plan.middleware.map((name) =>
      begun(`middleware/${kebabCase(name)}.ts`, emitMiddleware(name)),
    ),
    ...plan.routes.map((route) => begun(`handlers/${route.file}.ts`, emitHandler(route))),
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
import { createGates } from './generated/auth.js'
import { type Config } from './generated/config.js'
import { registerRoutes } from './generated/fastify.js'

// The path of the configuration, a JSON file in the shape of Config, is the first argument.
const config = JSON.parse(await readFile(process.argv[2] ?? 'config.json', 'utf8')) as Config
const app = Fastify({ logger: true })
registerRoutes(app, { gates: createGates(config), services: { now: () => Date.now() / 1000 } })
await app.listen({ host: '127.0.0.1', port: 8888 })
`
