import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Client } from 'pg'
import { startPostgres } from './postgres.js'
import { startRedisCluster } from './redis-cluster.js'
import { startSentinel } from './redis-sentinel.js'
import { sharedVariable, type SharedName } from './shared.js'

/**
 * Before the tests: a small HTTP server that starts a server for all test files when the first of them asks for it, and
 * ends it after the run. See `shared` in `shared.ts`.
 */
export default async function setup(): Promise<() => Promise<void>> {
  const stops: (() => Promise<void>)[] = []
  const keep = <T extends { readonly stop: () => Promise<void> }>(started: T): T => {
    stops.push(started.stop)
    return started
  }
  const starters: Readonly<Record<SharedName, () => Promise<() => Promise<unknown>>>> = {
    postgres: async () => databasesOf(keep(await startPostgres({ url: undefined })).url),
    cluster: async () => answering(keep(await startRedisCluster())),
    sentinel: async () => answering(keep(await startSentinel())),
  }
  const started = new Map<SharedName, Promise<() => Promise<unknown>>>()
  const answer = async (name: SharedName): Promise<unknown> => {
    const start = started.get(name) ?? starters[name]()
    started.set(name, start)
    return (await start)()
  }
  const server = createServer((request, response) => {
    // The path is a name that `shared` has typed.
    answer((request.url ?? '').slice(1) as SharedName).then(
      (found) => response.end(JSON.stringify(found)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server that listens has an address with a port, never a pipe's name.
  const { port } = server.address() as AddressInfo
  process.env[sharedVariable] = `http://127.0.0.1:${String(port)}`
  return async () => {
    server.closeAllConnections()
    server.close()
    await Promise.allSettled(started.values())
    await Promise.all(stops.map((stop) => stop()))
  }
}

function answering(found: object) {
  return () => Promise.resolve(found)
}

/** Makes an empty database of the server for everyone who asks. */
function databasesOf(url: string): () => Promise<{ readonly url: string }> {
  let count = 0
  return async () => {
    const database = new URL(url)
    database.pathname = `/test_${String(count++)}`
    const client = new Client(url)
    await client.connect()
    await client.query(`CREATE DATABASE ${database.pathname.slice(1)}`)
    await client.end()
    return { url: database.href }
  }
}
