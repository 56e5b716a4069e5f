import type { ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { client } from '../session/setup.js'
import { openSessions } from './children/sessions.js'
import type { Outcome, Round, Way } from './children/racer.js'
import { startChild } from './compile.js'

/** Three processes over the stores at one place. */
export interface Racers {
  /** Fifty refreshes of one token at once, again and again. */
  race(way: Way, rounds: number): Promise<Race>
  /** Ends the processes. */
  stop(): void
}

/** What became of a race: a round is lost when there was not one rotation and one successor for everybody. */
export interface Race {
  readonly rounds: number
  readonly lost: number
  /** The first round that was lost, told for whoever has to mend it. */
  readonly firstLoss: string | undefined
}

/** How many ask at once, in how many processes. */
const counts = [17, 17, 16] as const

/** Seconds after which a token that was just made may rotate. */
export const graceOver = 11

/** Starts three processes over the stores at a place, by the programs compiled into a folder. */
export async function startRacers(folder: string, place: string): Promise<Racers> {
  const secret = randomBytes(32).toString('hex')
  const sessions = await openSessions(place, secret)
  const racers = await Promise.all(counts.map(() => startChild(folder, 'racer', [place, secret])))
  return {
    race: async (way, rounds) => {
      const { refreshToken } = await sessions.issue({ subject: 'user-1', client })
      return run({ way, rounds, racers, token: refreshToken })
    },
    stop: () => {
      for (const racer of racers) racer.kill('SIGKILL')
    },
  }
}

interface Course {
  readonly way: Way
  readonly rounds: number
  readonly racers: readonly ChildProcess[]
  readonly token: string
}

async function run({ way, rounds, racers, token: first }: Course): Promise<Race> {
  let token = first
  let now = Math.floor(Date.now() / 1000)
  const losses: string[] = []
  for (let round = 0; round < rounds; round++) {
    now += graceOver
    const outcomes = await Promise.all(
      racers.map((racer, index) => ask(racer, { way, token, now, count: counts[index] ?? 0 })),
    )
    const loss = lossIn(token, outcomes)
    if (loss !== undefined) losses.push(`round ${String(round)}: ${loss}`)
    const answers = outcomes.flatMap((outcome) => outcome.answers)
    token = answers.find((answer) => answer !== token && !isRefusal(answer)) ?? token
  }
  return { rounds, lost: losses.length, firstLoss: losses[0] }
}

async function ask(racer: ChildProcess, round: Round): Promise<Outcome> {
  const answered = once(racer, 'message')
  racer.send(round)
  const [outcome] = (await answered) as [Outcome]
  return outcome
}

function lossIn(token: string, outcomes: readonly Outcome[]): string | undefined {
  const answers = outcomes.flatMap((outcome) => outcome.answers)
  const refusal = answers.find(isRefusal)
  if (refusal !== undefined) return refusal
  const rotations = outcomes.reduce((sum, outcome) => sum + outcome.rotations, 0)
  const successors = new Set(answers)
  const asked = counts.reduce((sum, count) => sum + count, 0)
  if (
    answers.length === asked &&
    rotations === 1 &&
    successors.size === 1 &&
    !successors.has(token)
  )
    return undefined
  return `${String(answers.length)} answers, ${String(rotations)} rotations, ${String(successors.size)} successors`
}

function isRefusal(answer: string): boolean {
  return answer.startsWith('refused')
}
