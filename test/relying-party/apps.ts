import 'reflect-metadata'
import { getRequestListener } from '@hono/node-server'
import { Controller, Get, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import * as onExpress from '../../src/adapters/node/express.js'
import * as onFastify from '../../src/adapters/node/fastify.js'
import * as onKoa from '../../src/adapters/node/koa.js'
import * as onNode from '../../src/adapters/node/node.js'
import * as onNest from '../../src/adapters/nest/nest.js'
import * as onFetch from '../../src/adapters/web/fetch.js'
import * as onHono from '../../src/adapters/web/hono.js'
import { type Gate } from '../../src/gate/index.js'
import { type RelyingParty } from '../../src/relying-party/index.js'
import { type Claims } from '../../src/token/index.js'
import { listening } from '../adapters/apps/listening.js'
import { type Server } from '../adapters/site.js'

/** Mounts the routes before, or inside, an application whose pages a gate guards as a whole. */
export type Start = (party: RelyingParty, gate: Gate<Claims>) => Promise<Server>

function startExpress(party: RelyingParty, gate: Gate<Claims>, parse = false): Promise<Server> {
  const app = express()
  app.set('env', 'test')
  if (parse) app.use(express.urlencoded())
  app.use(onExpress.relyingPartyRoutes(party))
  app.use(onExpress.auth(party.pages(gate)))
  app.use((_, response) => void response.send('inside'))
  return listening(app)
}

async function startFastify(party: RelyingParty, gate: Gate<Claims>): Promise<Server> {
  const app = fastify({ forceCloseConnections: true })
  await app.register(onFastify.auth(party.pages(gate)))
  await app.register(onFastify.relyingPartyRoutes(party))
  app.get('/page', () => 'inside')
  const base = await app.listen({ port: 0, host: '127.0.0.1' })
  return { base, close: () => app.close() }
}

function startKoa(party: RelyingParty, gate: Gate<Claims>): Promise<Server> {
  const app = new Koa()
  app.silent = true
  app
    .use(onKoa.relyingPartyRoutes(party))
    .use(onKoa.auth(party.pages(gate)))
    .use((ctx) => {
      ctx.body = 'inside'
    })
  return listening(app.callback())
}

function startHono(party: RelyingParty, gate: Gate<Claims>): Promise<Server> {
  const app = new Hono()
  // As a logger of bodies does, before anything else.
  app.use(async (c, next) => {
    await c.req.text()
    await next()
  })
  app.use(onHono.relyingPartyRoutes(party))
  app.use(onHono.auth(party.pages(gate)))
  app.get('/page', (c) => c.text('inside'))
  return listening(getRequestListener(app.fetch))
}

function startFetch(party: RelyingParty, gate: Gate<Claims>): Promise<Server> {
  const guarded = onFetch.auth(party.pages(gate))(() => new Response('inside'))
  return listening(getRequestListener(onFetch.relyingPartyRoutes(party)(guarded)))
}

function startNode(party: RelyingParty, gate: Gate<Claims>): Promise<Server> {
  const guarded = onNode.auth(party.pages(gate))((_, response) => response.end('inside'))
  return listening(onNode.relyingPartyRoutes(party)(guarded))
}

@Controller('page')
class PageController {
  @Get()
  page() {
    return 'inside'
  }
}

async function startNest(party: RelyingParty, gate: Gate<Claims>): Promise<Server> {
  @Module({
    imports: [
      onNest.JotgateModule.forRoot({ gate: party.pages(gate) }),
      onNest.relyingPartyRoutes(party),
    ],
    controllers: [PageController],
  })
  class SiteModule {}
  const app = await NestFactory.create(SiteModule, { logger: false, forceCloseConnections: true })
  await app.listen(0, '127.0.0.1')
  return { base: await app.getUrl(), close: () => app.close() }
}

/** Every adapter. */
export const starts: Readonly<Record<string, Start>> = {
  node: startNode,
  express: (party, gate) => startExpress(party, gate),
  'express after express.urlencoded()': (party, gate) => startExpress(party, gate, true),
  fastify: startFastify,
  koa: startKoa,
  hono: startHono,
  fetch: startFetch,
  nest: startNest,
}
