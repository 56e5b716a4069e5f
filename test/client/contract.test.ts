import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { contract, httpContract } from './contract.js'
import { type Behaviour, type Wire } from './wire.js'
import { fetchWire } from './wires/fetch.js'

const httpWires = { fetch: fetchWire }
const wires = { ...httpWires }

describe.each(Object.entries(wires))('%s', (_name, open) => {
  runs(open, contract)
})

describe.each(Object.entries(httpWires))('%s, redirected', (_name, open) => {
  runs(open, httpContract)
})

test('the contract is of a size to tell adapters apart', () => {
  expect(contract.length).toBeGreaterThanOrEqual(40)
})

function runs<W extends Wire>(open: () => Promise<W>, behaviours: readonly Behaviour<W>[]): void {
  let wire: W
  beforeEach(async () => {
    wire = await open()
  })
  afterEach(() => wire.close())
  test.each(behaviours)('$name', (behaviour) => behaviour.run(wire))
}
