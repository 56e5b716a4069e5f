import { deepStrictEqual, strictEqual } from 'node:assert/strict'
import type { KeyRingStore } from '../key-sources/ports.js'
import { clockCase } from './clock-contract.js'
import type { ContractCase } from './contract.js'

const racers = 30

const at = (revision: number, sealed = `v1.name.${String(revision)}`) => ({ revision, sealed })

/**
 * Everything that a key ring requires of its store, for your own stores and for this package's. Works with any test
 * runner.
 *
 * @example
 * for (const { name, run } of keyRingStoreContract) test(name, () => run(() => myStore()))
 */
export const keyRingStoreContract: readonly ContractCase<KeyRingStore>[] = [
  {
    name: 'a new store is empty',
    run: async (makeStore) => {
      strictEqual(await (await makeStore()).read(), undefined)
    },
  },
  {
    name: 'a state is read completely as it was written',
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
    name: 'texts of 64 KiB, and rings of many states, are read unchanged',
    run: async (makeStore) => {
      const store = await makeStore()
      const long = 'y'.repeat(65_536)
      for (let revision = 1; revision <= 3; revision++) {
        strictEqual(await store.write(at(revision, long)), true)
        deepStrictEqual(await store.read(), at(revision, long))
      }
    },
  },
  {
    name: 'two separate stores do not see each other',
    run: async (makeStore) => {
      const [one, other] = [await makeStore(), await makeStore()]
      await one.write(at(1))
      strictEqual(await other.read(), undefined)
    },
  },
  {
    name: 'a writer that is behind fails, reads again, and writes the next state',
    run: async (makeStore) => {
      const store = await makeStore()
      await store.write(at(1))
      await store.write(at(2, 'ahead'))
      strictEqual(await store.write(at(2, 'behind')), false)
      deepStrictEqual(await store.read(), at(2, 'ahead'))
      strictEqual(await store.write(at(3, 'after it')), true)
      deepStrictEqual(await store.read(), at(3, 'after it'))
    },
  },
  {
    name: 'of thirty concurrent writers of the first state one succeeds, and its state stays',
    run: async (makeStore) => {
      await race(await makeStore(), 1)
    },
  },
  {
    name: 'of thirty concurrent writers of the next state one succeeds, and its state stays',
    run: async (makeStore) => {
      const store = await makeStore()
      for (let revision = 1; revision <= 12; revision++) await race(store, revision)
    },
  },
  clockCase('key rings'),
]

async function race(store: KeyRingStore, revision: number): Promise<void> {
  const texts = Array.from({ length: racers }, (_, i) => `racer ${String(i)}`)
  const results = await Promise.all(texts.map((text) => store.write(at(revision, text))))
  const winners = texts.filter((_, i) => results[i])
  strictEqual(winners.length, 1)
  deepStrictEqual(await store.read(), at(revision, winners[0]))
}
