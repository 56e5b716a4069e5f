import { afterAll, beforeAll, describe, test } from 'vitest'
import { type Server } from '../adapters/site.js'
import { starts } from './apps.js'
import { type Behaviour } from './behaviour.js'
import { type Site } from './caller.js'
import { contract } from './contract.js'
import { cookieContract } from './cookie-contract.js'
import { throttling } from './throttling.js'
import { createWorld } from './world.js'

// One suite for the session routes of every adapter, over real HTTP.
describe.each(Object.entries(starts))('session routes on %s', (_name, adapter) => {
  const fits = ({ ownParser }: Behaviour) => !(adapter.parsed === true && ownParser === true)
  const run = (mode: string, behaviours: readonly Behaviour[]) => {
    describe(mode, () => {
      let site: Site
      let server: Server
      beforeAll(async () => {
        const world = await createWorld(mode === 'with cookies')
        server = await adapter.start(world)
        site = { base: server.base, world }
      })
      afterAll(async () => {
        await server.close()
        site.world.revocation.close()
      })
      test.each(behaviours.filter(fits))('$name', (behaviour) => behaviour.run(site))
    })
  }
  run('with tokens', [...contract, ...throttling])
  run('with cookies', cookieContract)
})
