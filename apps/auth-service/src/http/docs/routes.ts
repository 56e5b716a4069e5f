import type { FastifyInstance } from 'fastify'
import type { Configuration } from '../../configuration/configuration.js'
import { docsPage, docsPolicy } from './docs-page.js'
import { serviceDocument } from './service-document.js'

/** Paths of {@link docsRoutes}; anyone may read them. */
export const docsPaths = ['/docs', '/docs/openapi.json'] as const

/** The service's documents, for programs and for people. */
export function docsRoutes(app: FastifyInstance, configuration: Configuration): void {
  const document = serviceDocument(configuration)
  const json = JSON.stringify(document)
  const page = docsPage(document)
  app.get('/docs/openapi.json', (_request, reply) =>
    reply.headers({ ...common, 'content-type': 'application/json; charset=utf-8' }).send(json),
  )
  app.get('/docs', (_request, reply) =>
    reply
      .headers({ ...common, 'content-type': 'text/html; charset=utf-8' })
      .header('content-security-policy', docsPolicy)
      .send(page),
  )
}

const common = {
  'cache-control': 'no-cache',
  'referrer-policy': 'no-referrer',
}
