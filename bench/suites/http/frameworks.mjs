import { createSecretKey, createPublicKey } from 'node:crypto'
import { createServer } from 'node:http'
import { audience, issuer } from './material.mjs'
import { makeGate } from './gate.mjs'
import { host, listen } from './listen.mjs'

/** @import { Trust } from './material.mjs' */

/**
 * Starts a server on a free port of loopback, and answers with the port. Contender `none` asks for no token; every
 * other one guards `/` and knows the caller. All answer with the same few bytes.
 *
 * @typedef {(contender: string, trust: Trust) => Promise<number>} Start
 */

const body = '{"hello":"world"}'
const json = { 'content-type': 'application/json' }

/** @type {Start} */
async function node(contender, trust) {
  /** @type {import('node:http').RequestListener} */
  const listener = (_request, response) => {
    response.writeHead(200, json).end(body)
  }
  if (contender === 'none') return listen(createServer(listener))
  const { auth } = await import('jotgate/node')
  return listen(createServer(auth(makeGate(trust, contender))(listener)))
}

/** @type {Start} */
async function fastify(contender, trust) {
  const { default: create } = await import('fastify')
  const app = create()
  if (contender.startsWith('jotgate')) {
    const { auth } = await import('jotgate/fastify')
    app.register(auth(makeGate(trust, contender)))
  } else if (contender !== 'none') {
    const { default: jwt } = await import('@fastify/jwt')
    const secret = contender.includes('KeyObject') ? Buffer.from(trust.secret) : trust.secret
    await app.register(jwt, {
      secret: trust.alg === 'HS256' ? secret : { private: '', public: secret },
      verify: {
        algorithms: [trust.alg],
        allowedIss: issuer,
        allowedAud: audience,
        cache: contender.endsWith('cached'),
      },
    })
    app.addHook('onRequest', async (request) => {
      await request.jwtVerify()
    })
  }
  app.get('/', (_request, reply) => reply.headers(json).send(body))
  return Number(new URL(await app.listen({ port: 0, host })).port)
}

/** @type {Start} */
async function express(contender, trust) {
  const { default: create } = await import('express')
  const app = create()
  if (contender.startsWith('jotgate')) {
    const { auth } = await import('jotgate/express')
    app.use(auth(makeGate(trust, contender)))
  } else if (contender !== 'none') {
    const { expressjwt } = await import('express-jwt')
    app.use(
      expressjwt({ secret: secretOf(trust, contender), algorithms: [trust.alg], issuer, audience }),
    )
  }
  app.get('/', (_request, response) => {
    response.set(json).end(body)
  })
  return listen(createServer(app))
}

/** @type {Start} */
async function koa(contender, trust) {
  const { default: Koa } = await import('koa')
  const app = new Koa()
  if (contender.startsWith('jotgate')) {
    const { auth } = await import('jotgate/koa')
    app.use(auth(makeGate(trust, contender)))
  } else if (contender !== 'none') {
    const { default: jwt } = await import('koa-jwt')
    app.use(jwt({ secret: secretOf(trust, contender), algorithms: [trust.alg], issuer, audience }))
  }
  app.use((context) => {
    context.type = 'application/json'
    context.body = body
  })
  app.silent = true
  const handle = app.callback()
  const server = createServer((request, response) => {
    void handle(request, response)
  })
  return listen(server)
}

/** @type {Start} */
async function hono(contender, trust) {
  const [{ Hono }, { serve }] = await Promise.all([import('hono'), import('@hono/node-server')])
  const app = new Hono()
  if (contender.startsWith('jotgate')) {
    const { auth } = await import('jotgate/hono')
    app.use(auth(makeGate(trust, contender)))
  } else if (contender !== 'none') {
    const { jwt } = await import('hono/jwt')
    app.use(
      jwt({ secret: trust.secret, alg: trust.alg, verification: { iss: issuer, aud: audience } }),
    )
  }
  app.get('/', (context) => context.body(body, 200, json))
  return new Promise((resolve) => {
    serve({ fetch: app.fetch, port: 0, hostname: host }, ({ port }) => {
      resolve(port)
    })
  })
}

/**
 * The secret as text, which is how tutorials have it, or as a `KeyObject`, which is the fast form.
 *
 * @param {Trust} trust
 * @param {string} contender
 */
function secretOf({ alg, secret }, contender) {
  if (!contender.includes('KeyObject')) return secret
  // Their types say text or bytes; what they hand it to takes a KeyObject.
  return /** @type {any} */ (
    alg === 'HS256' ? createSecretKey(Buffer.from(secret)) : createPublicKey(secret)
  )
}

/** @type {Readonly<Record<string, Start>>} */
export const starts = {
  ...{ node, fastify, express, koa, hono },
  nest: async (...order) => (await import('./nest.mjs')).startNest(...order),
  revocation: async (...order) => (await import('../revocation/server.mjs')).start(...order),
  grpc: async (...order) => (await import('./grpc.mjs')).startGrpc(...order),
}
