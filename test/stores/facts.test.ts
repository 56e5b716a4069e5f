import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startEveryStore, storeNames, type EveryStore, type OpenPlace } from './every-store.js'
import { graceOver } from './race.js'
import { SessionLife } from './session-life.js'

let every: EveryStore
beforeAll(async () => {
  every = await startEveryStore()
})
afterAll(() => every.close())

/** What happens at each refresh, in turn. */
const ways: readonly ((life: SessionLife) => Promise<void>)[] = [
  (life) => life.refresh(),
  (life) => life.refresh(3),
  async (life) => {
    await life.loseAnswer()
    life.pass(5)
    await life.refresh()
  },
  async (life) => {
    await life.loseAnswer()
    life.pass(graceOver)
    await life.refresh()
  },
  async (life) => {
    await life.loseAnswerOfStore()
    await life.refresh()
  },
]

/** A hundred refreshes, and what comes in between. */
async function live(open: OpenPlace): Promise<SessionLife> {
  let opened = await open()
  const life = await SessionLife.begin(opened.store)
  const restart = async () => {
    await opened.close()
    opened = await open()
    life.continueOver(opened.store)
  }
  const between = new Map<number, () => Promise<void>>([
    [15, restart],
    [30, () => life.update({ org: 'org-8', seats: [5] }, false)],
    [45, () => life.stepUp({ amr: ['pwd', 'hwk'], acr: 'urn:example:three' })],
    [60, restart],
    [75, () => life.update({ org: 'org-9' }, true)],
    [90, () => life.stepUp({})],
  ])
  for (let refreshes = 0; refreshes < 100; refreshes++) {
    life.pass(600)
    await between.get(refreshes)?.()
    // An update counts from the next refresh on, a step-up with its answer.
    await ways[refreshes % ways.length]?.(life)
  }
  await opened.close()
  return life
}

describe.each(storeNames)('%s', (name) => {
  test('facts are the same in every token through a hundred refreshes, replays, recoveries, lost answers and restarts', async () => {
    const open = every.places[name]?.() ?? expect.unreachable()
    const life = await live(open)
    expect(life.compared).toBe(183)
    const hooks = life.seen.hooks.map((hook) => hook.name)
    const times = (hook: string) => hooks.filter((each) => each === hook).length
    expect(times('onRefreshed')).toBe(80)
    expect(times('onReplayed')).toBe(80)
    expect(times('onRecovered')).toBe(20)
    expect(hooks).not.toContain('onReused')
  })
})
