import { afterAll, beforeAll, describe, test } from 'vitest'
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

// Some behaviours wait in vain where there is no gate: all adapters at once.
describe.concurrent.each(Object.entries(adapters))('%s without a gate', (_name, start) => {
  test('an adapter without a gate fails at least five of six behaviours, which proves the contract', async ({
    expect,
  }) => {
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
  const results = await Promise.allSettled(behaviours.map((each) => each.run(server.base)))
  await server.close()
  return results.filter(({ status }) => status === 'rejected').length
}
