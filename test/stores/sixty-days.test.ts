import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { TokenResponse } from '../../src/session/index.js'
import { client, codeOf } from '../session/setup.js'
import { startEveryStore, storeNames, type EveryStore } from './every-store.js'
import {
  copyEarlierRelease,
  loadEarlierRelease,
  type EarlierRelease,
  type EarlierSessions,
} from './recorded/earlier-sessions.js'
import { day, hour, SimulatedDays } from './simulated-days.js'

const folder = mkdtempSync(join(tmpdir(), 'jotgate-days-'))
let every: EveryStore
let release: EarlierRelease
beforeAll(async () => {
  ;[every, release] = await Promise.all([
    startEveryStore(),
    loadEarlierRelease(copyEarlierRelease(folder)),
  ])
})
afterAll(async () => {
  await every.close()
  rmSync(folder, { recursive: true })
})

/** What becomes of a session, a day after another; `age` in days. */
type Habit = (life: Life, days: Days, age: number) => Promise<void>

/** A login and what has become of it. */
interface Life {
  readonly number: number
  readonly subject: string
  readonly habit: Habit
  readonly isEarlier: boolean
  readonly beganAt: number
  /** Every refresh token that it had, the newest last. */
  readonly tokens: string[]
  refreshedAt: number
  endedAt?: number
}

const refresh: Habit = async (life, { simulated, processOf }) => {
  const token = life.tokens.at(-1) ?? ''
  const { refreshToken } = await processOf(life).refresh(token, { client })
  life.tokens.push(refreshToken)
  life.refreshedAt = simulated.now
}

const isOver = ({ beganAt, refreshedAt, endedAt }: Life, now: number): boolean =>
  endedAt !== undefined || now >= beganAt + 30 * day || now >= refreshedAt + 7 * day

const habits: readonly Habit[] = [
  refresh,
  // Just before each idle expiry.
  async (life, days, age) => {
    if (age % 6 === 0) await refresh(life, days, age)
  },
  async (life, days, age) => {
    if (age < 10) await refresh(life, days, age)
  },
  // Never seen again: four of ten.
  ...Array.from({ length: 4 }, (): Habit => () => Promise.resolve()),
  // Logged out at once, or after a week of use.
  async (life, { simulated, processOf }) => {
    await processOf(life).end(life.tokens.at(-1) ?? '')
    life.endedAt = simulated.now
  },
  async (life, days, age) => {
    await refresh(life, days, age)
    if (age < 7) return
    await days.processOf(life).end(life.tokens.at(-1) ?? '')
    life.endedAt = days.simulated.now
  },
  // A copy of the first token comes after two refreshes.
  async (life, days, age) => {
    await refresh(life, days, age)
    if (age < 2) return
    const stolen = days.processOf(life).refresh(life.tokens[0] ?? '', { client })
    expect(await codeOf(stolen)).toBe('REFRESH_REUSED')
    life.endedAt = days.simulated.now
  },
]

/** Days with logins. */
const loginDays = 57
/** Days in which one process is of release 0.1.0. */
const earlierDays = 8

class Days {
  readonly simulated: SimulatedDays
  readonly lives: Life[] = []
  readonly #earlier: EarlierSessions | undefined
  readonly #lastEarlierAt: number
  #requests = 0

  constructor(simulated: SimulatedDays) {
    this.simulated = simulated
    this.#earlier = simulated.earlier(release)
    this.#lastEarlierAt = simulated.now + earlierDays * day
  }

  /** Requests go to one process after the other; of the release before while there is one. */
  readonly processOf = ({ isEarlier }: Pick<Life, 'isEarlier'>) => {
    const { now, processes } = this.simulated
    if (isEarlier && now < this.#lastEarlierAt && this.#earlier) return this.#earlier
    return processes[this.#requests++ % processes.length] ?? expect.unreachable()
  }

  async live(at: number): Promise<void> {
    const { simulated } = this
    await simulated.pass(2 * hour)
    for (const life of this.lives) {
      if (isOver(life, simulated.now)) continue
      await life.habit(life, this, Math.floor((simulated.now - life.beganAt) / day))
      await simulated.pass(1)
    }
    const logins = at < loginDays ? Math.round(((at + 1) * 300) / loginDays) : 300
    const every = Math.floor((21 * hour) / 6)
    for (let part = 0; part < 6; part++) {
      await simulated.pass(every)
      if (this.lives.length < logins) await this.#login()
    }
    await simulated.rest()
    await simulated.pass(hour)
  }

  async #login(): Promise<void> {
    const { now } = this.simulated
    const number = this.lives.length
    const isEarlier = now < this.#lastEarlierAt && number % 4 < 2 && this.#earlier !== undefined
    const subject = `user-${String(number % 70)}`
    const { refreshToken }: TokenResponse = await this.processOf({ isEarlier }).issue({
      ...{ subject, client },
    })
    const habit = habits[number % habits.length] ?? expect.unreachable()
    const times = { beganAt: now, refreshedAt: now }
    this.lives.push({ number, subject, habit, isEarlier, tokens: [refreshToken], ...times })
  }
}

/** What a sweep leaves by its rules; of sessions of the release before some stay longer, never for ever. */
async function expectSwept({ lives, simulated }: Days): Promise<void> {
  const { opened, begun, sweeps } = simulated
  const { sessions } = await opened.left(begun)
  const left = new Set(sessions)
  const before = Math.max(...sweeps.map((sweep) => sweep.before))
  const isThere = ({ number }: Life) => left.has(begun[number]?.id ?? '')
  const stays = ({ beganAt, refreshedAt, endedAt = Infinity }: Life) =>
    beganAt + 30 * day >= before && refreshedAt + 7 * day >= before && endedAt >= before - day
  const mayStay = (life: Life) =>
    stays(life) || (life.isEarlier && life.beganAt + 30 * day >= before)
  const numbersOf = (some: readonly Life[]) => some.map(({ number }) => number)
  expect(numbersOf(lives.filter((life) => stays(life) && !isThere(life)))).toEqual([])
  expect(numbersOf(lives.filter((life) => isThere(life) && !mayStay(life)))).toEqual([])
}

describe.each(storeNames)('%s', (name) => {
  test('after 300 logins in sixty days a store has what is live and nothing else', async () => {
    const open = every.places[name]?.() ?? expect.unreachable()
    const simulated = new SimulatedDays(await open(), name === 'memory' ? 1 : 2)
    const { opened, begun, turns, sweeps } = simulated
    await opened.store.find('none')
    const days = new Days(simulated)
    for (let at = 0; at < 60; at++) {
      await days.live(at)
      if (at % 5 === 4) await expectSwept(days)
    }
    // What ended last is kept for a day, and one refresh more sees it gone.
    await simulated.pass(day + hour)
    const live = days.lives.filter((life) => !isOver(life, simulated.now))
    await refresh(live[0] ?? expect.unreachable(), days, 0)
    await simulated.rest()
    const ids = live.map(({ number }) => begun[number]?.id ?? '').sort()
    expect([begun.length, live.length > 20, live.length < 60]).toEqual([300, true, true])
    const left = await opened.left(begun)
    expect(left.sessions).toEqual(ids)
    // Found by its sid, by its subject, and by a sweep.
    expect(left.entries).toEqual(opened.redis ? ids.flatMap((id) => [id, id, id]) : [])
    for (const life of live) await refresh(life, days, 0)
    expect(sweeps.reduce((sum, { removed }) => sum + removed, 0)).toBe(300 - live.length)
    const tooSoon = turns.filter((at, index) => at - (turns[index - 1] ?? 0) < 60)
    expect(name === 'memory' ? [] : tooSoon).toEqual([])
    await opened.close()
  })
})
