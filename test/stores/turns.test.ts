import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { client } from '../session/setup.js'
import { startEveryStore, storeNames, type EveryStore } from './every-store.js'
import { day, hour, SimulatedDays } from './simulated-days.js'

let every: EveryStore
beforeAll(async () => {
  every = await startEveryStore()
})
afterAll(() => every.close())

/** Processes whose clocks have settled, over a store that they share. */
async function begin(name: string, processes: number): Promise<SimulatedDays> {
  const open = every.places[name]?.() ?? expect.unreachable()
  const simulated = new SimulatedDays(await open(), processes)
  await simulated.opened.store.find('none')
  await simulated.pass(hour)
  return simulated
}

/** A login at every process at once, and what it leads to. */
async function logIn({ processes, rest }: SimulatedDays): Promise<void> {
  await Promise.all(processes.map((each) => each.issue({ subject: 'user-1', client })))
  await rest()
}

describe.each(storeNames.filter((name) => name !== 'memory'))('%s', (name) => {
  test('of several processes exactly one has the turn to sweep in each minute', async () => {
    const simulated = await begin(name, 3)
    for (let minute = 1; minute <= 4; minute++) {
      await logIn(simulated)
      await simulated.pass(59)
      await logIn(simulated)
      expect(simulated.turns).toHaveLength(minute)
      await simulated.pass(60)
    }
    await simulated.opened.close()
  })

  test.each([
    ['five minutes', 300],
    ['a year', 365 * day],
  ])('a turn that a wrong clock took %s ahead is soon over for others', async (_, ahead) => {
    const simulated = await begin(name, 1)
    const { opened, now, turns } = simulated
    expect(await opened.store.takeTurn({ now: now + ahead, seconds: 60 })).toBe(true)
    await simulated.pass(300 + 61)
    await logIn(simulated)
    expect(turns).toHaveLength(1)
    await opened.close()
  })
})
