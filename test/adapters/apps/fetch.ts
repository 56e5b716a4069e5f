import { getRequestListener } from '@hono/node-server'
import { auth, type FetchHandler } from '../../../src/adapters/web/fetch.js'
import { type Server, type Site } from '../site.js'
import { listening } from './listening.js'
import { webRoutes } from './web-routes.js'

type Handler = FetchHandler<readonly unknown[]>

/** The contract's routes on one bare Fetch handler, served by node. */
export async function startFetch(site: Site, isGuarded = true): Promise<Server> {
  const routes = webRoutes(site)
  const respond: Handler = (request) => {
    const method = request.method === 'HEAD' ? 'GET' : request.method
    const route = routes[`${method} ${new URL(request.url).pathname}`]
    return route ? route(request) : new Response('no such route', { status: 404 })
  }
  const handler = isGuarded
    ? site.gates.reduceRight<Handler>((inner, gate) => auth(gate)(inner), respond)
    : respond
  const served: Handler = async (request) => {
    try {
      return await handler(request)
    } catch {
      return new Response('failed', { status: 500 })
    }
  }
  return listening(getRequestListener(served))
}
