import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startExpress } from './apps/express.js'
import { startFastify } from './apps/fastify.js'
import { startFetch } from './apps/fetch.js'
import { startHono } from './apps/hono.js'
import { startKoa } from './apps/koa.js'
import { startNest } from './apps/nest.js'
import { startNode } from './apps/node.js'
import { contract, listedContract, type Behaviour } from './contract.js'
import { createListedSite, createSite, type Server, type Site } from './site.js'

const adapters = {
  node: startNode,
  express: startExpress,
  fastify: startFastify,
  koa: startKoa,
  hono: startHono,
  fetch: startFetch,
  nest: startNest,
}

describe.each(Object.entries(adapters))('%s', (_name, start) => {
  runs('guards everything but what is excepted', contract, () => start(createSite()))
  runs('guards what is listed', listedContract, () => start(createListedSite()))
})

describe.each(Object.entries(adapters))('%s without a gate', (_name, start) => {
  test('an adapter without a gate fails at least five of six behaviours, which proves the contract', async () => {
    expect(contract.length).toBeGreaterThanOrEqual(60)
    const failures = await countFailures(contract, (site) => start(site, false))
    expect(failures / contract.length).toBeGreaterThanOrEqual(5 / 6)
    expect(failures).toBeGreaterThanOrEqual(50)
  })
})

function runs(name: string, behaviours: readonly Behaviour[], start: () => Promise<Server>): void {
  describe(name, () => {
    let server: Server
    beforeAll(async () => {
      server = await start()
    })
    afterAll(() => server.close())
    test.each(behaviours)('$name', (behaviour) => behaviour.run(server.base))
  })
}

async function countFailures(
  behaviours: readonly Behaviour[],
  start: (site: Site) => Promise<Server>,
): Promise<number> {
  const server = await start(createSite())
  const giveUp = new AbortController()
  const inVain = behaviours.filter(({ needsGate }) => needsGate)
  const waiting = Promise.allSettled(inVain.map((each) => each.run(server.base, giveUp.signal)))
  const others = behaviours.filter(({ needsGate }) => !needsGate)
  const results = await Promise.allSettled(others.map((each) => each.run(server.base)))
  // Everything else has been answered.
  giveUp.abort()
  results.push(...(await waiting))
  await server.close()
  return results.filter(({ status }) => status === 'rejected').length
}
