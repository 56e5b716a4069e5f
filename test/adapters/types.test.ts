import { type IncomingMessage } from 'node:http'
import { type Interceptor } from '@connectrpc/connect'
import { type ServerInterceptor } from '@grpc/grpc-js'
import { type Request as ExpressRequest } from 'express'
import { type FastifyRequest } from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { expectTypeOf, test } from 'vitest'
import { auth as authExpress } from '../../src/adapters/node/express.js'
import { auth as authFastify } from '../../src/adapters/node/fastify.js'
import { auth as authFetch, type FetchHandler } from '../../src/adapters/web/fetch.js'
import { auth as authHono, type AuthVariables } from '../../src/adapters/web/hono.js'
import { auth as authKoa, type AuthState } from '../../src/adapters/node/koa.js'
import { type JotgateModule, type JotgateOptions } from '../../src/adapters/nest/nest.js'
import { auth as authGrpc } from '../../src/adapters/rpc/grpc.js'
import { auth as authConnect } from '../../src/adapters/rpc/connect.js'
import { auth as authNode, type AuthRequest } from '../../src/adapters/node/node.js'
import { type Claims, createVerifier, type VerifiedToken } from '../../src/token/index.js'
import {
  allOf,
  fromContext,
  createGate,
  requireClaim,
  requireScopes,
  type AuthContext,
  type Gate,
} from '../../src/gate/index.js'
import { audience, issuer, key } from './tokens.js'

interface Mine {
  readonly sub: string
  readonly tier: 'gold' | 'silver'
}

const verify = createVerifier<Mine>({
  keys: key,
  algorithms: ['HS256'],
  issuer,
  audience,
  claims: ({ sub }) => ({ sub: sub ?? '', tier: 'gold' }),
})

test('the type of the claims flows from the verifier to the gate, its context and its functions', () => {
  const gate = createGate({
    verify,
    isRevoked: (token) => {
      expectTypeOf(token).toEqualTypeOf<VerifiedToken<Mine>>()
      return false
    },
    authorize: (token) => token.claims.tier === 'gold',
  })
  expectTypeOf(gate).toEqualTypeOf<Gate<Mine>>()
  expectTypeOf(gate.current).returns.toEqualTypeOf<AuthContext<Mine>>()
  expectTypeOf(gate.current).returns.toHaveProperty('claims').toEqualTypeOf<Mine>()
})

test('the type of the claims flows from a verifier that is built inside the gate, beside functions', () => {
  const trust = { keys: key, algorithms: ['HS256'], issuer, audience } as const
  const claims = ({ sub }: Claims): Mine => ({ sub: sub ?? '', tier: 'gold' })
  const plain = createGate({
    verify: createVerifier({ ...trust, requiredClaims: ['sub'] }),
    isRevoked: (token) => token.claims.sub.length === 0,
  })
  expectTypeOf(plain.current).returns.toHaveProperty('claims').toExtend<Claims>()
  const made = createGate({
    isRevoked: (token) => token.claims.tier === 'silver',
    verify: createVerifier({ ...trust, claims }),
    authorize: (token) => token.claims.tier === 'gold',
  })
  expectTypeOf(made).toEqualTypeOf<Gate<Mine>>()
  const strange = (token: VerifiedToken<unknown>) => token.payload.sub === undefined
  const guarded = createGate({ isRevoked: strange, verify: createVerifier({ ...trust, claims }) })
  expectTypeOf(guarded).toEqualTypeOf<Gate<Mine>>()
})

test('the type of the claims flows into guards', () => {
  createGate({
    verify,
    authorize: ({ claims }) => {
      expectTypeOf(claims.tier).toEqualTypeOf<'gold' | 'silver'>()
      return true
    },
  })
  createGate({
    verify,
    authorize: allOf(requireScopes('a'), ({ claims }) => claims.tier === 'gold'),
  })
  // @ts-expect-error there is no such claim
  createGate({ verify, authorize: ({ claims }) => claims.colour === 'red' })
})

test('a verifier with a type of claims and no schema does not compile', () => {
  const options = { keys: key, algorithms: ['HS256'], issuer, audience } as const
  // @ts-expect-error nothing makes such claims
  createVerifier<Mine>(options)
})

test('a Fetch handler may take the request of its host, a subtype of Request', () => {
  class HostRequest extends Request {
    readonly region = 'eu'
  }
  const handler = authFetch(createGate({ verify }))((request: HostRequest) => {
    expectTypeOf(request.region).toEqualTypeOf<string>()
    return new Response()
  })
  expectTypeOf(handler).toEqualTypeOf<FetchHandler<[], HostRequest>>()
})

test('a claim as signed is unknown to a guard, whatever the schema makes of it', () => {
  createGate({
    verify,
    authorize: requireClaim('tier', (tier) => {
      expectTypeOf(tier).toEqualTypeOf<unknown>()
      return tier === 'gold'
    }),
  })
  createGate({ verify, authorize: allOf(requireScopes('a'), requireClaim('tier', 'gold')) })
})

test('the type of the claims flows to a node:http listener', () => {
  const guarded = authNode(createGate({ verify }))
  expectTypeOf(guarded).parameter(0).parameter(0).toEqualTypeOf<AuthRequest<Mine>>()
  expectTypeOf<AuthRequest<Mine>['auth']>().toEqualTypeOf<AuthContext<Mine> | undefined>()
  expectTypeOf(guarded).returns.parameter(0).toEqualTypeOf<IncomingMessage>()
})

test('req.auth has the registered claims in Express and in Fastify', () => {
  authExpress(createGate({ verify }))
  authFastify(createGate({ verify }))
  expectTypeOf<ExpressRequest['auth']>().toEqualTypeOf<AuthContext<Claims> | undefined>()
  expectTypeOf<FastifyRequest['auth']>().toEqualTypeOf<AuthContext<Claims> | null>()
})

test('the type of the claims flows to handlers of Hono and Koa', () => {
  new Hono().use(authHono(createGate({ verify }))).get('/', (c) => {
    expectTypeOf(c.var.auth).toEqualTypeOf<AuthContext<Mine> | undefined>()
    // @ts-expect-error there is no such claim
    return c.text(c.var.auth?.claims.colour)
  })
  new Koa().use(authKoa(createGate({ verify }))).use((ctx) => {
    expectTypeOf(ctx.state.auth?.claims.tier).toEqualTypeOf<'gold' | 'silver' | undefined>()
  })
  expectTypeOf<AuthVariables<Mine>['auth']>().toEqualTypeOf<AuthContext<Mine> | undefined>()
  expectTypeOf<AuthState<Mine>>().toHaveProperty('auth')
})

test('a Fetch handler keeps the arguments of its host', () => {
  const handler = authFetch(createGate({ verify }))((_request: Request, env: { name: string }) => {
    expectTypeOf(env.name).toEqualTypeOf<string>()
    return new Response()
  })
  expectTypeOf(handler).toEqualTypeOf<FetchHandler<[env: { name: string }]>>()
})

test('handlers behind gRPC, Connect and Nest get the typed claims from the gate', () => {
  const gate = createGate({ verify })
  expectTypeOf(authGrpc(gate)).toEqualTypeOf<ServerInterceptor>()
  expectTypeOf(authConnect(gate)).toEqualTypeOf<Interceptor>()
  type Taken = Parameters<typeof JotgateModule.forRoot<Mine>>[0]
  expectTypeOf<Taken>().toEqualTypeOf<JotgateOptions<Mine>>()
  expectTypeOf(() => gate.current().claims.tier).returns.toEqualTypeOf<'gold' | 'silver'>()
})

test('fromContext is a cast, and may return undefined', () => {
  expectTypeOf(fromContext<Mine>).returns.toEqualTypeOf<AuthContext<Mine> | undefined>()
})

test('an unverified token does not have the type of a verified one', () => {
  const unverified = { header: { alg: 'HS256' }, claims: {}, payload: {} }
  // @ts-expect-error it lacks the brand that only a verifier gives
  requireScopes('a')(unverified)
})
