import { Readable } from 'node:stream'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { auth } from '../../../src/adapters/node/fastify.js'
import {
  signChunks,
  subject,
  subjectLines,
  subjectsOverTime,
  type Server,
  type Site,
} from '../site.js'

/** The contract's routes on Fastify. */
export async function startFastify(site: Site, isGuarded = true): Promise<Server> {
  const app = fastify({ forceCloseConnections: true })
  if (isGuarded) for (const gate of site.gates) await app.register(auth(gate))
  app.setErrorHandler(async (_error, _request, reply) => reply.code(500).send('failed'))
  addRoutes(app, site)
  await app.register(addStreams)
  const base = await app.listen({ port: 0, host: '127.0.0.1' })
  return { base, close: () => app.close() }
}

function addRoutes(app: FastifyInstance, site: Site): void {
  for (const path of ['/healthz', '/public/hello', '/optional', '/orders', '/open']) {
    app.get(path, () => ({ subject: subject() }))
  }
  for (const path of ['/admin', '/area/x', '/v1/admin']) app.get(path, () => ({ secret: true }))
  app.get('/calls', () => ({ calls: site.calls }))
  app.options('/me', (_, reply) =>
    reply.header('access-control-allow-origin', 'https://site.example').code(204).send(),
  )
  const me = () => {
    site.calls += 1
    return { subject: subject() }
  }
  app.get('/me', me)
  app.post('/me', me)
  app.get('/time', async () => ({ seen: await subjectsOverTime() }))
  app.get('/throws', () => {
    throw new Error('a handler failed')
  })
  app.get('/rejects', () => Promise.reject(new Error('a handler failed')))
}

/** These read the body themselves. */
function addStreams(app: FastifyInstance, _options: object, done: () => void): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, parsed) => {
    parsed(null)
  })
  app.get('/lines', (_, reply) => reply.send(Readable.from(subjectLines())))
  app.post('/echo', (request, reply) => reply.send(request.raw))
  app.post('/signed', (request, reply) => reply.send(request.raw.pipe(signChunks())))
  app.post('/chunks', chunks)
  done()
}

function chunks(request: FastifyRequest, reply: FastifyReply): void {
  const seen: (string | null)[] = []
  request.raw.on('data', () => seen.push(subject()))
  request.raw.on('end', () => void reply.send({ seen: [...seen, subject()] }))
}
