import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { contract, fetchContract, httpContract } from './contract.js'
import { type JwtClient } from '../../src/client/index.js'
import { type Behaviour, type Request, type Wire } from './wire.js'
import { axiosWire } from './wires/axios.js'
import { connectWire } from './wires/connect.js'
import { fetchWire } from './wires/fetch.js'
import { grpcWire } from './wires/grpc.js'
import { undici6Wire, undiciWire } from './wires/undici.js'

const wires: Record<string, () => Promise<Wire>> = {
  fetch: fetchWire,
  undici: undiciWire,
  'undici 6': undici6Wire,
  axios: axiosWire,
  'grpc-js': grpcWire,
  connect: connectWire,
}

describe.each(Object.entries(wires))('%s', (_name, open) => {
  runs(open, contract)
})

describe('fetch, redirected', () => {
  runs(fetchWire, fetchContract)
})

describe('axios, redirected', () => {
  runs(axiosWire, fetchContract)
})

describe('undici, redirected', () => {
  runs(undiciWire, httpContract)
})

describe('undici 6, redirected', () => {
  // After the last redirect undici 6 gives out the answer, and does not reject.
  const rejecting = 'a server that redirects without end is left'
  runs(
    undici6Wire,
    httpContract.filter(({ name }) => name !== rejecting),
  )
})

// These mostly wait.
describe.concurrent('beside one another', () => {
  for (const [name, open] of Object.entries(wires))
    for (const behaviour of contract.filter(isSlow))
      test(`${name}: ${behaviour.name}`, async () => {
        const wire = await open()
        await behaviour.run(wire).finally(() => wire.close())
      })

  test('without a token every adapter fails nearly all of the contract, so that the contract can tell', async () => {
    expect(contract.length).toBeGreaterThanOrEqual(40)
    expect(contract.filter(isSlow)).not.toEqual([])
    const counts = Object.entries(wires).map(async ([name, open]) => {
      const results = await Promise.allSettled(contract.map((each) => runBare(open, each)))
      return [name, results.filter(({ status }) => status === 'rejected').length] as const
    })
    for (const [name, failures] of await Promise.all(counts))
      expect(failures, name).toBeGreaterThanOrEqual(contract.length - 1)
  })
})

function isSlow<W extends Wire>({ isSlow = false }: Behaviour<W>): boolean {
  return isSlow
}

async function runBare(open: () => Promise<Wire>, behaviour: Behaviour): Promise<void> {
  const wire = await open()
  const call = (client: JwtClient, request?: Request) => wire.call(bare(client), request)
  await behaviour.run({ ...wire, call, patienceMs: 500 }).finally(() => wire.close())
}

/** A client as it was before anybody thought of tokens. */
function bare(client: JwtClient): JwtClient {
  const fetch: JwtClient['fetch'] = (input, init) => globalThis.fetch(input, init)
  return { ...client, fetch, credential: () => Promise.resolve(undefined) }
}

function runs<W extends Wire>(open: () => Promise<W>, behaviours: readonly Behaviour<W>[]): void {
  let wire: W
  beforeEach(async () => {
    wire = await open()
  })
  afterEach(() => wire.close())
  for (const behaviour of behaviours.filter((each) => !isSlow(each)))
    test(behaviour.name, () => behaviour.run(wire))
}
