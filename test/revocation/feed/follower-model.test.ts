import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import {
  createRevocation,
  type Revocation,
  type RevocationEntry,
} from '../../../src/revocation/index.js'
import type { VerifiedToken } from '../../../src/token/index.js'
import { looseStore } from '../loose-store.js'
import { issuer, verifiedToken } from '../tokens.js'

const sids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const wall = () => Date.now() / 1000

/**
 * The world of this model test.
 *
 * System under test: two processes with `createRevocation` over one store that fails ({@link looseStore}), in real time.
 * Moves, without waiting for each other: revoke in a process, add to the store, disconnect all feeds, lose all data, shut
 * the store down and start it again, let other work run.
 * Invariants, after each move (`check`): a process refuses every session that it has revoked or has refused before, and
 * no session that was never revoked anywhere.
 * In the end (`settle`): both processes and the store know every session that one of the processes must refuse.
 */
class World {
  readonly loose = looseStore()
  readonly processes: readonly Revocation[] = [0, 1].map(() =>
    createRevocation({ store: this.loose.store, issuer, accessTtl: '15m', heartbeatEveryMs: 2 }),
  )
  /** For each process, the sessions that it must refuse from now on. */
  readonly #required = this.processes.map(() => new Set<string>())
  readonly #everRevoked = new Set<string>()
  readonly #pending: Promise<unknown>[] = []
  readonly #tokens: readonly (readonly [sid: string, token: VerifiedToken])[]

  constructor(tokens: readonly (readonly [string, VerifiedToken])[]) {
    this.#tokens = tokens
  }

  revoke(at: number, sid: string): void {
    const answer = this.processes[at]?.revoke({ sid })
    if (answer === undefined) throw new Error('the world has no such process')
    this.#pending.push(answer.catch(() => undefined))
    this.#required[at]?.add(sid)
    this.#everRevoked.add(sid)
  }

  async add(sid: string): Promise<void> {
    const expiresAt = Math.ceil(wall()) + 900
    const entry: RevocationEntry = { kind: 'sid', issuer, value: sid, expiresAt }
    this.#everRevoked.add(sid)
    await this.loose.inner.add([entry])
  }

  check(): void {
    for (const [at, process] of this.processes.entries())
      for (const [sid, token] of this.#tokens) {
        if (!process.isRevoked(token)) {
          expect(this.#required[at]?.has(sid)).toBe(false)
          continue
        }
        expect(this.#everRevoked.has(sid)).toBe(true)
        this.#required[at]?.add(sid)
      }
  }

  async settle(): Promise<void> {
    this.loose.down(false)
    await Promise.all(this.#pending)
    const required = new Set(this.#required.flatMap((sids) => [...sids]))
    const names = [...required].map((value) => ({ kind: 'sid' as const, issuer, value }))
    await vi.waitFor(
      async () => {
        this.check()
        for (const refused of this.#required)
          for (const sid of required) expect(refused.has(sid)).toBe(true)
        expect(await this.loose.inner.find(names)).toHaveLength(required.size)
      },
      { timeout: 10_000, interval: 5 },
    )
  }
}

interface Move {
  readonly name: string
  readonly run: (world: World) => unknown
}

const move = (name: string, run: Move['run']): Move => ({ name, run })
const sid = fc.constantFrom(...sids)
const moves: fc.Arbitrary<Move> = fc.oneof(
  fc.tuple(fc.nat(1), sid).map(([at, value]) =>
    move(`revoke ${value} in process ${String(at)}`, (world) => {
      world.revoke(at, value)
    }),
  ),
  sid.map((value) => move(`add ${value} to the store`, (world) => world.add(value))),
  fc.constantFrom(
    move('disconnect', ({ loose }) => {
      loose.disconnect()
    }),
    move('lose all data', ({ loose }) => {
      loose.replace()
    }),
    move('shut down', ({ loose }) => {
      loose.down(true)
    }),
    move('start', ({ loose }) => {
      loose.down(false)
    }),
    move('one microtask', () => Promise.resolve()),
    move('3 ms', () => new Promise((resolve) => setTimeout(resolve, 3))),
  ),
)

test('a revoked session stays refused whatever happens to the store, and in the end both processes and the store know it', async () => {
  const tokens = await Promise.all(
    sids.map(
      async (value) => [value, await verifiedToken({ sub: 'u', sid: value }, wall)] as const,
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(moves, { minLength: 5, maxLength: 30 }), async (list) => {
      const world = new World(tokens)
      try {
        await Promise.all(world.processes.map((process) => process.start()))
        for (const { run } of list) {
          await run(world)
          world.check()
        }
        await world.settle()
      } finally {
        for (const process of world.processes) process.close()
      }
    }),
    { numRuns: 40 },
  )
}, 60_000)
