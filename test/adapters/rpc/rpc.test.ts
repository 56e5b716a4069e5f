import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { closeClients } from './client.js'
import { startConnect } from './connect-server.js'
import { rpcContract } from './contract.js'
import { startGrpc } from './grpc-server.js'
import { bound, lasting } from './lasting.js'
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
})

// These mostly wait.
describe.concurrent.each(Object.entries(adapters))('%s, a stream that lasts', (_name, start) => {
  let server: RpcServer
  beforeAll(async () => {
    server = await start(createRpcSite())
  })
  afterAll(() => server.close())
  test.each(lasting(bound))('$name', (behaviour) => behaviour.run(server.address))
})

describe.each(Object.entries(adapters))('%s without a gate', (_name, start) => {
  test('an adapter without a gate fails at least five of six behaviours, which proves the contract', async () => {
    expect(rpcContract.length).toBeGreaterThanOrEqual(60)
    const server = await start(createRpcSite(), false)
    let failures = 0
    const note = () => (failures += 1)
    for (const { run } of rpcContract) await run(server.address).catch(note)
    // Nothing ends a stream there.
    const open = lasting(20)
    await Promise.all(open.map(({ run }) => run(server.address).catch(note)))
    await server.close()
    expect(failures / (rpcContract.length + open.length)).toBeGreaterThanOrEqual(5 / 6)
  })
})
