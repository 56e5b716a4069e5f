/**
 * Who may import whom, type imports included; whatever is absent is forbidden.
 *
 * @typedef {{
 *   from: string,
 *   may?: readonly string[],
 *   builtIns?: readonly string[],
 *   packages?: readonly string[],
 * }} Row
 *   `from`: the start of the paths the row is for; the longest that fits a file counts.
 *   `may`: starts of paths, a folder with its slash or one whole file.
 *   `builtIns`: Node's modules without `node:`. `packages`: by their names.
 */

const ground = ['src/foundation/']
const forKeys = [...ground, 'src/encoding/']
const forTokens = [...forKeys, 'src/key/']
const forRooms = [...forTokens, 'src/token/']
const ports = [
  'src/key-sources/ports.ts',
  'src/session/ports.ts',
  'src/session-routes/ports.ts',
  'src/revocation/ports.ts',
]
const publicDoors = [
  'src/foundation/',
  'src/key/index.ts',
  'src/token/index.ts',
  'src/key-sources/index.ts',
  'src/session/index.ts',
  'src/revocation/index.ts',
  'src/gate/index.ts',
  'src/session-routes/index.ts',
]
const sessionTypes = [
  'src/session/end.ts',
  'src/session/issue.ts',
  'src/session/ports.ts',
  'src/session/sessions.ts',
  'src/session/tokens.ts',
]
const forClients = [...ground, 'src/client/']
const forClientAdapters = [...forClients, 'src/adapters/outgoing/']
const forAdapters = [...forRooms, 'src/gate/', 'src/adapters/']
const forHttpAdapters = [
  ...forAdapters,
  'src/session-routes/',
  'src/session/sessions.ts',
  'src/relying-party/',
]
const grpc = ['@grpc/grpc-js']
const connect = ['@connectrpc/connect']

/** @type {readonly Row[]} */
export const table = [
  { from: 'src/index.ts', may: [...publicDoors, 'src/auth/index.ts'] },
  { from: 'src/extend.ts', may: publicDoors },
  // Runs in browsers too: no module of Node's.
  { from: 'src/foundation/' },
  { from: 'src/encoding/', builtIns: ['buffer', 'crypto'] },
  { from: 'src/key/', may: forKeys, builtIns: ['buffer', 'crypto', 'util'] },
  { from: 'src/token/', may: forTokens, builtIns: ['buffer', 'crypto', 'util'] },
  { from: 'src/key-sources/', may: forRooms, builtIns: ['crypto', 'util'] },
  {
    from: 'src/key-sources/secret-source.ts',
    may: [...forRooms, 'src/key-sources/'],
    builtIns: ['fs'],
  },
  {
    // A set is fetched from addresses that have been looked at, which global fetch cannot do.
    from: 'src/key-sources/remote/',
    may: [...forRooms, 'src/key-sources/'],
    builtIns: ['dns', 'http', 'https', 'net', 'stream'],
  },
  { from: 'src/session/', may: forRooms, builtIns: ['buffer', 'crypto', 'util'] },
  { from: 'src/revocation/', may: forRooms, builtIns: ['crypto'] },
  { from: 'src/gate/', may: forRooms, builtIns: ['async_hooks'] },
  // Wires the rooms together for applications that need no other wiring.
  { from: 'src/auth/', may: [...publicDoors, ...ports], builtIns: ['crypto'] },
  {
    // HTTP over sessions and a gate, of which it uses the types: both are handed in.
    from: 'src/session-routes/',
    may: [...forRooms, 'src/gate/', ...sessionTypes, 'src/stores/memory/attempts.ts'],
    builtIns: ['buffer', 'crypto'],
  },
  {
    // Asks a provider by the rules for requests to other servers, and keeps sessions in the gate's cookies.
    from: 'src/relying-party/',
    may: [...forRooms, 'src/key-sources/', 'src/gate/'],
    builtIns: ['buffer', 'crypto'],
  },
  { from: 'src/client/', may: ground },
  { from: 'src/stores/', may: [...forRooms, ...ports], builtIns: ['crypto'] },
  {
    from: 'src/stores/sql/open-sqlite.ts',
    may: [...forRooms, 'src/stores/sql/'],
    builtIns: ['sqlite'],
    packages: ['libsql'],
  },
  {
    from: 'src/stores/sql/sqlite-file.ts',
    may: [...forRooms, 'src/stores/'],
    builtIns: ['fs/promises'],
  },
  {
    from: 'src/stores/file/',
    may: [...forRooms, ...ports],
    builtIns: ['crypto', 'fs', 'fs/promises', 'path'],
  },
  { from: 'src/adapters/node/', may: forHttpAdapters, builtIns: ['events', 'http', 'stream'] },
  {
    from: 'src/adapters/node/express',
    may: forHttpAdapters,
    builtIns: ['http'],
    packages: ['express'],
  },
  {
    from: 'src/adapters/node/fastify',
    may: forHttpAdapters,
    builtIns: ['http'],
    packages: ['fastify'],
  },
  { from: 'src/adapters/node/koa', may: forHttpAdapters, builtIns: ['http'], packages: ['koa'] },
  { from: 'src/adapters/web/', may: forHttpAdapters },
  { from: 'src/adapters/web/hono', may: forHttpAdapters, packages: ['hono'] },
  { from: 'src/adapters/rpc/', may: forAdapters },
  { from: 'src/adapters/rpc/grpc', may: forAdapters, packages: grpc },
  { from: 'src/adapters/rpc/connect', may: forAdapters, packages: connect },
  {
    from: 'src/adapters/nest/',
    may: forHttpAdapters,
    builtIns: ['http'],
    packages: ['@nestjs/common', '@nestjs/core', '@nestjs/websockets', 'rxjs'],
  },
  { from: 'src/adapters/outgoing/axios.ts', may: forClientAdapters, packages: ['axios'] },
  { from: 'src/adapters/outgoing/undici', may: forClientAdapters, packages: ['undici'] },
  { from: 'src/adapters/outgoing/grpc-client', may: forClientAdapters, packages: grpc },
  { from: 'src/adapters/outgoing/connect-client.ts', may: forClientAdapters, packages: connect },
  { from: 'src/api-spec/', may: ground },
  {
    // What a document asks for is asked for by the library's own guards.
    from: 'src/api-spec/openapi/',
    may: [...ground, 'src/api-spec/', 'src/gate/authorize.ts', 'src/gate/require-login.ts'],
  },
  {
    // What generated servers import: how a route runs, over gates.
    from: 'src/api-spec/runtime/',
    may: [...forRooms, 'src/gate/'],
  },
  {
    from: 'src/api-spec/runtime/fastify.ts',
    may: [...ground, 'src/token/token.ts', 'src/api-spec/runtime/', 'src/adapters/node/fastify'],
    builtIns: ['stream'],
    packages: ['fastify'],
  },
  // Run in browsers too: no module of Node's.
  { from: 'src/api-spec/runtime/schema/', may: ground },
  {
    from: 'src/api-spec/runtime/client.ts',
    may: [
      ...forClients,
      'src/token/json/exact-json.ts',
      'src/token/json/write-json.ts',
      'src/api-spec/runtime/schema/',
    ],
  },
  {
    from: 'src/testkit/',
    may: [...forRooms, 'src/key-sources/', 'src/session/', 'src/revocation/'],
    // It has no test runner of its own, so its contracts assert with Node's.
    builtIns: ['assert/strict', 'crypto'],
  },
  {
    from: 'src/cli/',
    may: [...publicDoors, 'src/api-spec/index.ts', 'src/stores/'],
    builtIns: ['crypto', 'fs', 'fs/promises', 'path', 'process', 'util'],
  },
  {
    from: 'src/cli/open-store.ts',
    may: ['src/cli/', 'src/revocation/index.ts', 'src/stores/'],
    builtIns: ['fs/promises'],
    // Loaded only when such a store is named.
    packages: ['ioredis', 'pg'],
  },
]

/** The rooms of the service, lowest first: a room imports from itself and from the rooms before it. */
export const service = {
  folder: 'apps/auth-service/src/',
  rooms: [
    'foundation',
    'events',
    'configuration',
    'storage',
    'outbox',
    'limits',
    'users',
    'observing',
    'sessions',
    'audit',
    'webhooks',
    'oauth',
    'api',
    'pages',
    'http',
    'commands',
  ],
}

/**
 * A folder of which files outside may import only one.
 *
 * @typedef {{ readonly folder: string, readonly door: string }} Door
 */

/** @type {readonly Door[]} */
export const doors = [{ folder: 'src/revocation/table/', door: 'table.ts' }]

/** Folders that see the library as its users do: by the name `jotgate`. */
export const outside = ['apps/[^/]+/', 'examples/', 'bench/']
