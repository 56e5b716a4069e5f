import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import type { KeyRingStore } from '../../../src/keys/ports.js'

/** One behaviour that every store of key rings must show; `run` rejects when it does not. */
interface ContractCase {
  readonly name: string
  /** `makeStore` gives an empty store, a new one at every call. */
  readonly run: (makeStore: () => Promise<KeyRingStore>) => Promise<void>
}

const racers = 30

const at = (revision: number, sealed = `v1.name.${String(revision)}`) => ({ revision, sealed })

/** What a key ring relies on. */
export const keyRingStoreContract: readonly ContractCase[] = [
  {
    name: 'a new store holds nothing',
    run: async (makeStore) => {
      strictEqual(await (await makeStore()).read(), undefined)
    },
  },
  {
    name: 'what was written is read, whole',
    run: async (makeStore) => {
      const store = await makeStore()
      const text = `v1.AAAAAAAA.${'x'.repeat(30_000)}`
      strictEqual(await store.write(at(1, text)), true)
      deepStrictEqual(await store.read(), at(1, text))
    },
  },
  {
    name: 'states follow one another',
    run: async (makeStore) => {
      const store = await makeStore()
      for (let revision = 1; revision <= 25; revision++) {
        strictEqual(await store.write(at(revision)), true)
        deepStrictEqual(await store.read(), at(revision))
      }
    },
  },
  {
    name: 'a state that does not follow the newest one is not written',
    run: async (makeStore) => {
      const store = await makeStore()
      strictEqual(await store.write(at(2)), false)
      strictEqual(await store.read(), undefined)
      await store.write(at(1))
      await store.write(at(2))
      for (const revision of [1, 2, 4]) {
        strictEqual(await store.write(at(revision, 'another')), false)
      }
      deepStrictEqual(await store.read(), at(2))
    },
  },
  {
    name: 'of thirty who write the first state one succeeds, and its state stays',
    run: async (makeStore) => {
      await race(await makeStore(), 1)
    },
  },
  {
    name: 'of thirty who write the next state one succeeds, and its state stays',
    run: async (makeStore) => {
      const store = await makeStore()
      for (let revision = 1; revision <= 12; revision++) await race(store, revision)
    },
  },
]

async function race(store: KeyRingStore, revision: number): Promise<void> {
  const texts = Array.from({ length: racers }, (_, i) => `racer ${String(i)}`)
  const results = await Promise.all(texts.map((text) => store.write(at(revision, text))))
  const winners = texts.filter((_, i) => results[i])
  strictEqual(winners.length, 1)
  deepStrictEqual(await store.read(), at(revision, winners[0]))
}
