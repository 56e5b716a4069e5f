import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeClients } from './client.js'
import { startConnect } from './connect-server.js'
import { rpcContract } from './contract.js'
import { startGrpc } from './grpc-server.js'
import { lasting } from './lasting.js'
import { createRpcSite, type RpcServer } from './site.js'

const adapters = { grpc: startGrpc, connect: startConnect }

afterAll(closeClients)

describe.each(Object.entries(adapters))('%s', (_name, start) => {
  let server: RpcServer
  beforeAll(async () => {
    server = await start(createRpcSite())
  })
  afterAll(() => server.close())
  test.each(rpcContract)('$name', (behaviour) => behaviour.run(server.address))
  // These mostly wait.
  test.concurrent.each(lasting)('$name', (behaviour) => behaviour.run(server.address))
})

describe.each(Object.entries(adapters))('%s without a gate', (_name, start) => {
  test('an adapter without a gate fails at least five of six behaviours, which proves the contract', async () => {
    expect(rpcContract.length).toBeGreaterThanOrEqual(60)
    const server = await start(createRpcSite(), false)
    let failures = 0
    const note = () => (failures += 1)
    for (const { run } of rpcContract) await run(server.address).catch(note)
    // Nothing ends a stream there: no answer in time is a failure too.
    const inTime = () =>
      new Promise((_, reject) => setTimeout(reject, 4000, new Error('no answer')))
    await Promise.all(
      lasting.map(({ run }) => Promise.race([run(server.address), inTime()]).catch(note)),
    )
    await server.close()
    expect(failures / (rpcContract.length + lasting.length)).toBeGreaterThanOrEqual(5 / 6)
  })
})
