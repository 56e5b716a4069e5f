import { afterAll, beforeAll, describe, test } from 'vitest'
import { redisStores } from '../../../src/stores/redis/index.js'
import {
  sessionStoreContract,
  keyRingStoreContract,
  revocationStoreContract,
} from '../../../src/testkit/index.js'
import { sites, type Connected, type Site } from './servers.js'

describe.each(Object.entries(sites))('%s', (_, open) => {
  let site: Site
  beforeAll(async () => {
    site = await open()
  })
  afterAll(() => site.stop())

  describe.each(['ioredis', 'node-redis'])('by %s', (name) => {
    let connected: Connected
    let stores = 0
    beforeAll(async () => {
      const connect = site.clients[name]
      if (connect === undefined) throw new Error(`no client ${name}`)
      connected = await connect()
    })
    afterAll(() => {
      connected.close()
    })

    const make = () =>
      redisStores(connected.client, {
        prefix: `contract-${name}-${String(stores++)}`,
        deadlineMs: 5000,
      })
    for (const { name: behaviour, run } of sessionStoreContract)
      test(`sessions: ${behaviour}`, () => run(() => make().sessions))
    for (const { name: behaviour, run } of revocationStoreContract)
      test(`revocations: ${behaviour}`, () => run(() => make().revocations))
    for (const { name: behaviour, run } of keyRingStoreContract)
      test(`keys: ${behaviour}`, () => run(() => Promise.resolve(make().keys)))
  })
})
