import fc from 'fast-check'
import { afterEach, beforeEach, test, vi } from 'vitest'
import type { Claims, VerifiedToken } from '../../src/token/index.js'
import { amount } from '../setup/amount.js'
import { start, World, type Kind } from './clock-world.js'
import { issuer, verifiedToken } from './tokens.js'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] })
  // The jitter of reconnecting: constant, so that fast-check can shrink a failure.
  vi.spyOn(Math, 'random').mockReturnValue(0.5)
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/**
 * A model test of revocation under a moving clock: random moves on a {@link World}, whose docstring lists the system under
 * test, the moves and the invariants. The invariants are checked after each move, and `settle` checks the end state.
 */
type Command = fc.AsyncCommand<object, World>

function command(name: string, act: (world: World) => unknown): Command {
  return {
    check: () => true,
    run: async (_, world) => {
      await act(world)
      world.check()
    },
    toString: () => name,
  }
}

const owner = fc.nat(1)
const back = fc.integer({ min: 0, max: 60 })
const kinds = fc.constantFrom<Kind>('jti', 'sid', 'client', 'sub')
const value = fc.constantFrom('a', 'b')
const many = (world: World) =>
  Array.from({ length: 1200 }, (_, n) => world.entry('jti', `n${String(n)}`, { back: 0 }))

const commands = fc.commands(
  [
    fc.tuple(owner, kinds, value, back).map(([who, kind, name, ago]) =>
      command(`revoke(${[who, kind, name, ago].join(' ')})`, (world) => {
        world.revoke(who, world.entry(kind, name, { back: ago }))
      }),
    ),
    fc
      .tuple(kinds, value, fc.integer({ min: 1, max: 4000 }), back)
      .map(([kind, name, lives, ago]) =>
        command(`add(${[kind, name, lives, ago].join(' ')})`, (world) => {
          world.add([world.entry(kind, name, { lives, back: ago })])
        }),
      ),
    fc.tuple(owner, back).map(([who, ago]) =>
      command(`revoke(${String(who)} all ${String(ago)})`, (world) => {
        world.revoke(who, world.entry('all', '', { back: ago }))
      }),
    ),
    fc.constant(
      command('addMany', (world) => {
        world.add(many(world))
      }),
    ),
    fc.integer({ min: 1, max: 300 }).map((seconds) =>
      command(`passTime(${String(seconds)})`, async (world) => {
        world.passTime(seconds)
        world.check()
        await world.advance(4)
      }),
    ),
    ...[1, 2, 3].map(() =>
      fc.integer({ min: 4, max: 30 }).map((times) =>
        command(`passHalfMinutes(${String(times)})`, async (world) => {
          for (let n = 0; n < times; n++) {
            world.passTime(30)
            await world.advance(2, Infinity)
            world.check()
          }
        }),
      ),
    ),
    fc.boolean().map((isFull) =>
      command(isFull ? 'full' : 'not full', ({ store }) => {
        store.isFull = isFull
      }),
    ),
    fc.constantFrom(-3600, -50, 0, 50, 3600).map((seconds) =>
      command(`clockError(${String(seconds)})`, (world) => {
        world.setClockError(seconds)
      }),
    ),
    fc
      .integer({ min: 1, max: 12 })
      .map((most) => command(`advance(${String(most)})`, (world) => world.advance(most))),
    fc.constant(
      command('deliverInDisorder', ({ store }) => {
        store.deliverInDisorder()
      }),
    ),
    fc.constant(
      command('disconnect', ({ store }) => {
        store.disconnect()
      }),
    ),
    fc.boolean().map((isDown) =>
      command(isDown ? 'down' : 'up', ({ store }) => {
        store.isDown = isDown
      }),
    ),
    fc.constantFrom('a', 'b', 'n').map((part) =>
      command(`rollBack(${part})`, ({ store }) => {
        store.rollBack((name) => name.includes(` ${part}`))
      }),
    ),
    fc.constant(
      command('loseAll', ({ store }) => {
        store.loseAll()
      }),
    ),
    owner.map((who) =>
      command(`restart(${String(who)})`, (world) => {
        world.restart(who)
      }),
    ),
  ],
  { maxCommands: 40, size: 'max' },
)

test('no token is accepted before its entry expires, and none is refused without an entry, however clock and store behave', async () => {
  const template = await verifiedToken({}, () => start)
  const tokenOf = (claims: Claims): VerifiedToken => ({
    ...template,
    payload: { iss: issuer, ...claims },
  })
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), commands, async (scheduler, list) => {
      const world = new World(scheduler, tokenOf)
      try {
        await world.advance(80, Infinity)
        await fc.asyncModelRun(() => ({ model: {}, real: world }), list)
        await world.settle()
      } finally {
        for (const { revocation } of world.processes) revocation.close()
        // Timers of one run must not fire in the next one.
        vi.clearAllTimers()
      }
    }),
    { numRuns: amount({ short: 15, full: 1000 }) },
  )
}, 3_600_000)
