import { Readable } from 'node:stream'
import Koa, { type Context } from 'koa'
import { auth } from '../../../src/adapters/node/koa.js'
import {
  signChunks,
  subject,
  subjectLines,
  subjectsOverTime,
  type Server,
  type Site,
} from '../site.js'
import { listening } from './listening.js'

type Handler = (ctx: Context) => unknown

/** The contract's routes on Koa. */
export async function startKoa(site: Site, isGuarded = true): Promise<Server> {
  const app = new Koa()
  // Koa writes an error it handles itself to the console, except then.
  app.silent = true
  if (isGuarded) for (const gate of site.gates) app.use(auth(gate))
  const routes: Readonly<Record<string, Handler>> = { ...plainRoutes(site), ...streamRoutes }
  app.use(async (ctx) => {
    const handler = routes[`${ctx.method === 'HEAD' ? 'GET' : ctx.method} ${ctx.path}`]
    if (handler) await handler(ctx)
  })
  return listening(app.callback())
}

function plainRoutes(site: Site): Readonly<Record<string, Handler>> {
  const json =
    (make: () => unknown): Handler =>
    async (ctx) => {
      ctx.body = await make()
    }
  const whoami = json(() => ({ subject: subject() }))
  const admin = json(() => ({ secret: true }))
  const me = json(() => {
    site.calls += 1
    return { subject: subject() }
  })
  return {
    'GET /healthz': whoami,
    'GET /public/hello': whoami,
    'GET /calls': json(() => ({ calls: site.calls })),
    'GET /optional': whoami,
    'GET /orders': whoami,
    'GET /me': me,
    'POST /me': me,
    'OPTIONS /me': (ctx) => {
      ctx.set('access-control-allow-origin', 'https://site.example')
      ctx.status = 204
    },
    'GET /time': json(async () => ({ seen: await subjectsOverTime() })),
    'GET /throws': () => {
      throw new Error('a handler failed')
    },
    'GET /rejects': () => Promise.reject(new Error('a handler failed')),
    'GET /admin': admin,
    'GET /area/x': admin,
    'GET /v1/admin': admin,
    'GET /open': whoami,
  }
}

const streamRoutes: Readonly<Record<string, Handler>> = {
  'GET /lines': (ctx) => {
    ctx.body = Readable.from(subjectLines())
  },
  'POST /echo': (ctx) => {
    ctx.body = ctx.req
  },
  'POST /signed': (ctx) => {
    ctx.body = ctx.req.pipe(signChunks())
  },
  'POST /chunks': async (ctx) => {
    const seen: (string | null)[] = []
    ctx.req.on('data', () => seen.push(subject()))
    await new Promise((resolve) => ctx.req.on('end', resolve))
    ctx.body = { seen: [...seen, subject()] }
  },
}
