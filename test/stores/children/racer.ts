/** Told a refresh token, a count and a time, presents it that many times at once and says what came of it. */
import type { SessionStore, Sessions } from '../../../src/session/index.js'
import { sessionsOver } from './sessions.js'
import { naiveSessions } from './naive-sessions.js'
import { openStores } from './open-stores.js'

/** How to rotate: as the stores do, or read, decided and written each by itself. */
export type Way = 'atomic' | 'naive'

/** What a racer is told for one round. */
export interface Round {
  readonly way: Way
  readonly token: string
  readonly count: number
  /** Unix time in seconds. */
  readonly now: number
}

/** What a racer says. */
export interface Outcome {
  /** The refresh token that each attempt was given, or why it was refused. */
  readonly answers: readonly string[]
  /** How many of them were told that it was they who made the successor. */
  readonly rotations: number
}

const [place = '', secret = ''] = process.argv.slice(2)
let now = 0
let rotations = 0
const over = (sessions: SessionStore) =>
  sessionsOver(sessions, secret, {
    now: () => now,
    hooks: {
      onRefreshed: () => rotations++,
    },
  })
const { sessions } = await openStores(place)
const issuers: Readonly<Record<Way, Sessions>> = {
  atomic: over(sessions),
  naive: over(await naiveSessions(place, sessions)),
}

process.on('message', ({ way, token, count, now: time }: Round) => {
  const sessions = issuers[way]
  now = time
  rotations = 0
  const attempts = Array.from({ length: count }, () =>
    sessions.refresh(token, { client: 'web' }).then(
      ({ refreshToken }) => refreshToken,
      (error: unknown) => `refused: ${String(error)}`,
    ),
  )
  void Promise.all(attempts).then((answers) =>
    process.send?.({ answers, rotations } satisfies Outcome),
  )
})
process.send?.('ready')
