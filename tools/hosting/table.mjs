/**
 * @typedef {object} Host a version that an application may have already
 * @property {readonly string[]} packages as `npm install` takes them; the first one names the row
 * @property {string} [example] of `examples/`: the program that is tried
 * @property {string} [program] of `tools/fixtures/hosts/`, instead: it prints `401 200`, or the refusal
 * @property {RegExp} [refused] what the program says instead, for a version that is not supported
 * @property {string} [node] the major version of Node that it needs; default this one
 */

/** @param {string} version of Nest @returns {Host} */
const nest = (version) => ({
  example: 'nest',
  packages: [
    `@nestjs/core@${version}`,
    `@nestjs/common@${version}`,
    `@nestjs/platform-express@${version}`,
    'reflect-metadata@0.2',
    'rxjs@7',
  ],
})

/** @param {string} version @returns {Host} */
const hono = (version) => ({
  example: 'hono',
  packages: [`hono@${version}`, '@hono/node-server@1'],
})

/** @param {string} version @returns {Host} */
const grpc = (version) => ({
  program: 'grpc',
  packages: [`@grpc/grpc-js@${version}`, '@grpc/proto-loader@0.7'],
})

/** @param {string} version @returns {Host} */
const connect = (version) => ({
  example: 'connect',
  packages: [
    `@connectrpc/connect@${version}`,
    `@connectrpc/connect-node@${version}`,
    '@bufbuild/protobuf@2',
    '@grpc/proto-loader@0.8',
  ],
})

/**
 * What `npm run test:hosts` tries: the oldest version that is supported, and the newest of each major version since.
 *
 * @type {readonly Host[]}
 */
export const hosts = [
  { example: 'express', packages: ['express@4'] },
  { example: 'express', packages: ['express@5'] },
  { example: 'koa', packages: ['koa@2'] },
  { example: 'koa', packages: ['koa@3'] },
  { example: 'fastify', packages: ['fastify@4.10'] },
  { example: 'fastify', packages: ['fastify@4'] },
  { example: 'fastify', packages: ['fastify@5'] },
  { example: 'fastify', packages: ['fastify@3'], refused: /jotgate.*>=4\.10.*3\.\d+\.\d+/ },
  hono('4.0'),
  hono('4.6'),
  hono('4.8'),
  hono('4'),
  nest('10'),
  nest('11'),
  nest('12'),
  grpc('1.10'),
  grpc('1.11'),
  grpc('1'),
  connect('2.0'),
  connect('2.1'),
  { program: 'undici', packages: ['undici@6'] },
  { program: 'undici', packages: ['undici@7'] },
  { program: 'undici', packages: ['undici@8'], node: '22' },
  { program: 'axios', packages: ['axios@1.12'] },
  { program: 'axios', packages: ['axios@1'] },
  { program: 'axios', packages: ['axios@1.11'], refused: /needs axios 1\.12 or newer/ },
  { program: 'node-redis', packages: ['redis@4'] },
  { program: 'node-redis', packages: ['redis@5'] },
  { program: 'node-redis', packages: ['redis@6'] },
  { program: 'ioredis', packages: ['ioredis@5'] },
  { program: 'ioredis', packages: ['ioredis@6'] },
]
