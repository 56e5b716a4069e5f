import fastifyStatic from '@fastify/static'
import { existsSync, readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import { fileURLToPath } from 'node:url'
import type { Configuration } from '../../configuration/configuration.js'

/** The folder of the bundle that `npm start` and `npm test` build; the same from sources and from compiled files. */
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

/** For every file: only the service's own scripts and resources are allowed, and no other page can embed this one. */
const headers = {
  'content-security-policy': policy,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
} as const

/** Above every page of a demo's console. */
const demoNote =
  '<p class="demo-note"><strong>This is a demo</strong>, for this machine only. Its user is alice; its start has printed her password.</p>'

/**
 * Serves the console's page and its files at `/console/`. Anyone may read them: their data comes from the guarded API.
 * Files with a hash in their names are cached forever; the page that names them is requested each time.
 *
 * @example serveConsole(app, service.configuration)
 */
export function serveConsole(app: FastifyInstance, { demo }: Pick<Configuration, 'demo'>): void {
  const page = readPage(demo !== undefined)
  const paths = page === undefined ? [] : ['/console/', '/console/index.html']
  for (const path of paths)
    app.get(path, (_request, reply) =>
      reply
        .headers({ ...headers, 'cache-control': 'no-store' })
        .type('text/html; charset=utf-8')
        .send(page),
    )
  app.get('/console', (_request, reply) => reply.redirect('/console/', 308))
  void app.register(fastifyStatic, {
    root: bundle,
    prefix: '/console/',
    decorateReply: false,
    index: false,
    globIgnore: ['index.html'],
    // All served files are known at the start, so no caller's path ever reaches the file system.
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      const isHashed = path.startsWith(`${bundle}assets/`)
      const cache = isHashed ? 'public, max-age=31536000, immutable' : 'no-store'
      reply.headers({ ...headers, 'cache-control': cache })
    },
  })
}

/** Undefined where the console has not been built. */
function readPage(isDemo: boolean): string | undefined {
  if (!existsSync(`${bundle}index.html`)) return undefined
  const page = readFileSync(`${bundle}index.html`, 'utf8')
  return isDemo ? page.replace('<body>', `<body class="demo">${demoNote}`) : page
}
