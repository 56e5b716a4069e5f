import { getRequestListener } from '@hono/node-server'
import { Hono } from 'hono'
import { stream } from 'hono/streaming'
import { auth } from '../../../src/adapters/web/hono.js'
import { subject, subjectLines, type Server, type Site } from '../site.js'
import { listening } from './listening.js'
import { webRoutes } from './web-routes.js'

/** The contract's routes on Hono; bodies that stream use Hono's own helper. */
export async function startHono(site: Site, isGuarded = true): Promise<Server> {
  const app = new Hono()
  if (isGuarded) for (const gate of site.gates) app.use(auth(gate))
  app.get('/lines', (c) =>
    stream(c, async (out) => {
      for await (const line of subjectLines()) await out.write(line)
    }),
  )
  app.post('/signed', (c) =>
    stream(c, async (out) => {
      for await (const chunk of c.req.raw.body ?? []) {
        if (chunk) await out.write(`${String(subject())};`)
      }
    }),
  )
  for (const [route, handler] of Object.entries(webRoutes(site))) {
    const [method = '', path = ''] = route.split(' ')
    app.on(method, path, (c) => handler(c.req.raw))
  }
  app.onError((_error, c) => c.text('failed', 500))
  return listening(getRequestListener(app.fetch))
}
