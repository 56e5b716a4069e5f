import { type AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import express, { type Express } from 'express'
import { auth } from '../../../src/adapters/node/express.js'
import {
  signChunks,
  subject,
  subjectLines,
  subjectsOverTime,
  type Server,
  type Site,
} from '../site.js'

/** The contract's routes on Express. */
export async function startExpress(site: Site, isGuarded = true): Promise<Server> {
  const app = express()
  if (isGuarded) for (const gate of site.gates) app.use(auth(gate))
  addRoutes(app, site)
  addStreams(app)
  // Express writes an error it handles itself to the console, except under this name.
  app.set('env', 'test')
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  return {
    base: `http://127.0.0.1:${String(port)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

function addRoutes(app: Express, site: Site): void {
  for (const path of ['/healthz', '/public/hello', '/optional', '/orders', '/open']) {
    app.get(path, (_, response) => void response.json({ subject: subject() }))
  }
  for (const path of ['/admin', '/area/x', '/v1/admin']) {
    app.get(path, (_, response) => void response.json({ secret: true }))
  }
  app.get('/calls', (_, response) => void response.json({ calls: site.calls }))
  app.options('/me', (_, response) => {
    response.set('access-control-allow-origin', 'https://site.example').status(204).end()
  })
  app.all('/me', (_, response) => {
    site.calls += 1
    response.json({ subject: subject() })
  })
  app.get('/time', async (_, response) => void response.json({ seen: await subjectsOverTime() }))
  app.get('/throws', () => {
    throw new Error('a handler failed')
  })
  app.get('/rejects', () => Promise.reject(new Error('a handler failed')))
}

function addStreams(app: Express): void {
  app.get('/lines', (_, response) => pipeline(Readable.from(subjectLines()), response))
  app.post('/echo', (request, response) => void request.pipe(response))
  app.post('/signed', (request, response) => void request.pipe(signChunks()).pipe(response))
  app.post('/chunks', (request, response) => {
    const seen: (string | null)[] = []
    request.on('data', () => seen.push(subject()))
    request.on('end', () => response.json({ seen: [...seen, subject()] }))
  })
}
