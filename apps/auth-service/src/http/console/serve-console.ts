import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { fileURLToPath } from 'node:url'

/** Where `npm start` and `npm test` leave the bundle; the same from the sources and from what is compiled. */
const bundle = fileURLToPath(new URL('../../../../console/dist/', import.meta.url))

const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** For every file: nothing runs or loads that is not the service's own, and no other page has a hand in this one. */
const headers = {
  'content-security-policy': policy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const

/**
 * Serves the console's page and its files at `/console/`. They are anyone's to read: what they show comes from the
 * guarded API. Files with a hash in their names are kept for ever, the page that names them is asked for each time.
 *
 * @example serveConsole(app)
 */
export function serveConsole(app: FastifyInstance): void {
  app.get('/console', (_request, reply) => reply.redirect('/console/', 308))
  void app.register(fastifyStatic, {
    root: bundle,
    prefix: '/console/',
    decorateReply: false,
    // All that is served is known at the start, so that no path of a caller's ever meets the file system.
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = path.startsWith(`${bundle}assets/`)
      const cache = isHashed ? 'public, max-age=31536000, immutable' : 'no-store'
      reply.headers({ ...headers, 'cache-control': cache })
    },
  })
}
