import 'reflect-metadata'
import { type IncomingMessage } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import express from 'express'
import fastify, { type FastifyRequest } from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import * as onExpress from '../../src/adapters/node/express.js'
import * as onFastify from '../../src/adapters/node/fastify.js'
import * as onKoa from '../../src/adapters/node/koa.js'
import * as onNode from '../../src/adapters/node/node.js'
import * as onNest from '../../src/adapters/nest/nest.js'
import * as onFetch from '../../src/adapters/web/fetch.js'
import * as onHono from '../../src/adapters/web/hono.js'
import { AuthError } from '../../src/foundation/errors.js'
import { listening } from '../adapters/apps/listening.js'
import { type Server } from '../adapters/site.js'
import { type World } from './world.js'

/**
 * Each mounts the routes at `/auth` before, or inside, an application that a gate guards as a whole; `/refused` throws a
 * refusal, which the error handler of the adapter answers. A test's own address is in a header.
 */
export type Start = (world: World) => Promise<Server>

const addressField = 'x-test-address'

function refuse(): never {
  throw new AuthError('REFRESH_ENDED')
}

function startExpress(world: World, parse = false): Promise<Server> {
  const { sessions, options, closed, gate } = world
  const app = express()
  app.set('env', 'test')
  if (parse) app.use(express.json())
  const address = (request: express.Request) => request.get(addressField) ?? request.ip
  app.use('/auth', onExpress.sessionRoutes(sessions, { ...options, address }))
  app.get('/refused', refuse)
  app.use(onExpress.auth(closed))
  app.get('/open', (_, response) => void response.json({ open: true }))
  app.use(onExpress.errorHandler(gate))
  return listening(app)
}

async function startFastify({ sessions, options, closed, gate }: World): Promise<Server> {
  const app = fastify({ forceCloseConnections: true })
  app.setErrorHandler(onFastify.errorHandler(gate))
  await app.register(onFastify.auth(closed))
  const address = ({ headers, ip }: FastifyRequest) => headers[addressField]?.toString() ?? ip
  await app.register(onFastify.sessionRoutes(sessions, { ...options, address }), {
    prefix: '/auth',
  })
  await app.register((open, _, done) => {
    open.get('/refused', { config: { [Symbol.for('jotgate/guards-itself')]: true } }, refuse)
    done()
  })
  app.get('/open', () => ({ open: true }))
  const base = await app.listen({ port: 0, host: '127.0.0.1' })
  return { base, close: () => app.close() }
}

function startKoa({ sessions, options, closed, gate }: World): Promise<Server> {
  const app = new Koa()
  app.silent = true
  const address = (ctx: Koa.Context) => ctx.get(addressField) || ctx.ip
  app
    .use(onKoa.errorHandler(gate))
    .use(onKoa.sessionRoutes(sessions, { ...options, path: '/auth', address }))
    .use((ctx, next) => (ctx.path === '/refused' ? refuse() : next()))
    .use(onKoa.auth(closed))
    .use((ctx) => {
      ctx.body = { open: true }
    })
  return listening(app.callback())
}

function startHono({ sessions, options, closed, gate }: World): Promise<Server> {
  const app = new Hono()
  const address = (c: { req: { header(name: string): string | undefined } }) =>
    c.req.header(addressField)
  app.use('/auth/*', onHono.sessionRoutes(sessions, { ...options, address }))
  app.get('/refused', refuse)
  app.use(onHono.auth(closed))
  app.get('/open', (c) => c.json({ open: true }))
  app.onError(onHono.errorHandler(gate))
  return listening(getRequestListener(app.fetch))
}

function startFetch({ sessions, options, closed, gate }: World): Promise<Server> {
  const address = (request: Request) => request.headers.get(addressField) ?? undefined
  const guarded = onFetch.auth(closed)(() => Response.json({ open: true }))
  const routed = onFetch.sessionRoutes(sessions, { ...options, address })((request) =>
    new URL(request.url).pathname === '/refused' ? refuse() : guarded(request),
  )
  return listening(getRequestListener(onFetch.errorHandler(gate)(routed)))
}

function startNode({ sessions, options, closed, gate }: World): Promise<Server> {
  const address = ({ headers, socket }: IncomingMessage) =>
    headers[addressField]?.toString() ?? socket.remoteAddress
  const guarded = onNode.auth(closed)((_, response) => response.end('{"open":true}'))
  const routed = onNode.sessionRoutes(sessions, { ...options, address })((request, response) =>
    request.url === '/refused' ? refuse() : guarded(request, response),
  )
  return listening(onNode.errorHandler(gate)(routed))
}

async function startNest({ sessions, options, closed }: World): Promise<Server> {
  const address = ({ headers, socket }: IncomingMessage) =>
    headers[addressField]?.toString() ?? socket.remoteAddress
  const routes = onNest.sessionRoutes(sessions, { ...options, path: '/auth', address })
  @Module({ imports: [onNest.JotgateModule.forRoot({ gate: closed }), routes] })
  class SiteModule {}
  const app = await NestFactory.create(SiteModule, { logger: false, forceCloseConnections: true })
  app.use('/refused', (_: unknown, __: unknown, next: (error: unknown) => void) => {
    next(new AuthError('REFRESH_ENDED'))
  })
  await app.listen(0, '127.0.0.1')
  return { base: await app.getUrl(), close: () => app.close() }
}

/** Every adapter; what parses bodies before the routes cannot tell members that came twice. */
export const starts: Readonly<Record<string, { readonly start: Start; readonly parsed?: true }>> = {
  node: { start: startNode },
  express: { start: (world) => startExpress(world) },
  'express after express.json()': { start: (world) => startExpress(world, true), parsed: true },
  fastify: { start: startFastify },
  koa: { start: startKoa },
  hono: { start: startHono },
  fetch: { start: startFetch },
  nest: { start: startNest, parsed: true },
}
