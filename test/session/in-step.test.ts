import { expect, test } from 'vitest'
import { amount } from '../setup/amount.js'
import { client, login, makeSessions } from './setup.js'

const thieves = amount({ short: 1000, full: 10_000 })
const grace = 10
const half = 450
/** Refreshes after which a thief counts as never caught. */
const patience = 60

/** Bytes that are the same in every run; there is nothing here to protect. */
function seeded(seed: number): (count: number) => Uint8Array {
  let state = seed
  const byte = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) & 0xff
  }
  return (count) => Uint8Array.from({ length: count }, byte)
}

/** When the thief refreshes, knowing all that he was ever answered, and when the owner last did. */
type Plan = (seen: { readonly ownersLast: number; readonly told: number }) => number

const plans: Readonly<Record<string, Plan>> = {
  // The middle of the owner's window, and a little: he hopes that the owner has just been there.
  'who aims behind the middle': ({ ownersLast }) => ownersLast + half + grace / 2,
  'who goes by what he is told himself': ({ told }) => told,
}

/** After how many of the owner's refreshes a thief with the owner's token is found out. */
async function refreshesUntilCaught(plan: Plan, randomBytes: (count: number) => Uint8Array) {
  const { sessions, clock, seen } = makeSessions({ grace, recoverWithin: 0, randomBytes })
  const owner = await login(sessions)
  const thief = { refreshToken: owner.refreshToken, refreshAfter: owner.refreshAfter }
  let ownersLast = clock.now()
  for (let count = 0; count < patience; count++) {
    const turns = [
      { holder: owner, at: owner.refreshAfter },
      { holder: thief, at: Math.round(plan({ ownersLast, told: thief.refreshAfter })) },
    ].sort((a, b) => a.at - b.at)
    ownersLast = owner.refreshAfter
    for (const { holder, at } of turns) {
      clock.advance(Math.max(0, at - clock.now()))
      const answer = await sessions.refresh(holder.refreshToken, { client }).catch(() => undefined)
      if (answer === undefined) {
        expect(seen.hooks.at(-1)?.name).toBe('onReused')
        return count
      }
      Object.assign(holder, answer)
    }
  }
  return patience
}

const share = (caught: readonly number[], k: number) =>
  `${((100 * caught.filter((count) => count > k).length) / caught.length).toFixed(1)} %`

test.each(Object.entries(plans))(
  'a thief in step %s is caught soon: the median after at most one refresh, 99 of 100 after four',
  { timeout: 600_000 },
  async (name, plan) => {
    const caught: number[] = []
    for (let seed = 1; seed <= thieves; seed++)
      caught.push(await refreshesUntilCaught(plan, seeded(seed)))
    caught.sort((a, b) => a - b)
    console.log(
      `a thief ${name}: of ${String(thieves)} (seeds from 1) survive more than 0, 1, 2, 4, 8 refreshes: ` +
        [0, 1, 2, 4, 8].map((k) => share(caught, k)).join(', '),
    )
    expect(caught[Math.floor(thieves / 2)]).toBeLessThanOrEqual(1)
    expect(caught[Math.floor(thieves * 0.99)]).toBeLessThanOrEqual(4)
  },
)

test('without the jitter the thief is never found', async () => {
  let calls = 0
  const constant = (count: number) => {
    // Ids must differ; what a moment is drawn from must not.
    const bytes = new Uint8Array(count).fill(128)
    if (count >= 16) bytes[0] = calls++
    return bytes
  }
  const follow: Plan = ({ told }) => told
  expect(await refreshesUntilCaught(follow, constant)).toBe(patience)
})
