/** Told a refresh token, a count and a time, presents it that many times at once and says what came of it. */
import { issuerOver } from './issuer.js'
import { naiveFamilies } from './naive-families.js'
import { openStores } from './open-stores.js'

/** What a racer is told for one round. */
export interface Round {
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

const [place = '', secret = '', way = 'atomic'] = process.argv.slice(2)
const families = way === 'naive' ? await naiveFamilies(place) : (await openStores(place)).families
let now = 0
let rotations = 0
const issuer = issuerOver(families, secret, {
  now: () => now,
  hooks: {
    onRefreshed: () => rotations++,
  },
})

process.on('message', ({ token, count, now: time }: Round) => {
  now = time
  rotations = 0
  const attempts = Array.from({ length: count }, () =>
    issuer.refresh(token, { client: 'web' }).then(
      ({ refreshToken }) => refreshToken,
      (error: unknown) => `refused: ${String(error)}`,
    ),
  )
  void Promise.all(attempts).then((answers) =>
    process.send?.({ answers, rotations } satisfies Outcome),
  )
})
process.send?.('ready')
