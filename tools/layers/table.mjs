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

const token = 'src/core/'
const ports = ['src/keys/ports.ts', 'src/sessions/ports.ts', 'src/revocation/ports.ts']
const publicDoors = [
  'src/core/index.ts',
  'src/keys/index.ts',
  'src/sessions/index.ts',
  'src/revocation/index.ts',
  'src/middleware/index.ts',
]
const forClientAdapters = ['src/core/errors.ts', 'src/client/']
const forAdapters = [token, 'src/middleware/', 'src/adapters/']

/** @type {readonly Row[]} */
export const table = [
  { from: 'src/index.ts', may: publicDoors },
  { from: token, builtIns: ['buffer', 'crypto', 'util'] },
  { from: 'src/keys/', may: [token], builtIns: ['crypto', 'util'] },
  { from: 'src/keys/secret-source.ts', may: [token, 'src/keys/'], builtIns: ['fs'] },
  {
    // A set is fetched from addresses that have been looked at, which global fetch can not do.
    from: 'src/keys/remote/',
    may: [token, 'src/keys/'],
    builtIns: ['dns', 'http', 'https', 'net', 'stream'],
  },
  { from: 'src/sessions/', may: [token], builtIns: ['buffer', 'crypto', 'util'] },
  { from: 'src/revocation/', may: [token], builtIns: ['crypto'] },
  { from: 'src/middleware/', may: [token], builtIns: ['async_hooks'] },
  { from: 'src/client/', may: ['src/core/errors.ts', 'src/core/duration.ts'] },
  { from: 'src/stores/', may: [token, ...ports], builtIns: ['crypto'] },
  {
    from: 'src/stores/sql/open-sqlite.ts',
    may: [token, 'src/stores/sql/'],
    builtIns: ['sqlite'],
    packages: ['libsql'],
  },
  { from: 'src/stores/sql/sqlite-file.ts', may: [token, 'src/stores/'], builtIns: ['fs/promises'] },
  {
    from: 'src/stores/keys/file.ts',
    may: [token, ...ports],
    builtIns: ['crypto', 'fs', 'fs/promises', 'path'],
  },
  { from: 'src/adapters/', may: forAdapters },
  { from: 'src/adapters/node', may: forAdapters, builtIns: ['events', 'http', 'stream'] },
  { from: 'src/adapters/koa', may: forAdapters, builtIns: ['http'], packages: ['koa'] },
  { from: 'src/adapters/hono', may: forAdapters, packages: ['hono'] },
  { from: 'src/adapters/grpc', may: forAdapters, packages: ['@grpc/grpc-js'] },
  { from: 'src/adapters/connect', may: forAdapters, packages: ['@connectrpc/connect'] },
  {
    from: 'src/adapters/nest',
    may: forAdapters,
    builtIns: ['http'],
    packages: ['@nestjs/common', '@nestjs/core', '@nestjs/websockets', 'rxjs'],
  },
  { from: 'src/adapters/axios.ts', may: forClientAdapters, packages: ['axios'] },
  { from: 'src/adapters/undici.ts', may: forClientAdapters, packages: ['undici'] },
  {
    from: 'src/adapters/grpc-client',
    may: [...forClientAdapters, 'src/adapters/grpc-client-retry.ts'],
    packages: ['@grpc/grpc-js'],
  },
  {
    from: 'src/adapters/connect-client.ts',
    may: forClientAdapters,
    packages: ['@connectrpc/connect'],
  },
  { from: 'src/adapters/express', may: forAdapters, builtIns: ['http'], packages: ['express'] },
  { from: 'src/adapters/fastify', may: forAdapters, builtIns: ['http'], packages: ['fastify'] },
  { from: 'src/api-spec/' },
  {
    from: 'src/testkit/',
    may: [token, 'src/keys/', 'src/sessions/', 'src/revocation/'],
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

/** Folders that see the library as its users do: by the name `jotgate`. */
export const outside = ['apps/[^/]+/', 'examples/', 'bench/']
