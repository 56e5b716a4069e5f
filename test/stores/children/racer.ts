/** Told a refresh token, a count and a time, presents it that many times at once and says what came of it. */
import type { FamilyStore, Issuer } from '../../../src/sessions/index.js'
import { issuerOver } from './issuer.js'
import { naiveFamilies } from './naive-families.js'
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
const over = (families: FamilyStore) =>
  issuerOver(families, secret, {
    now: () => now,
    hooks: {
      onRefreshed: () => rotations++,
    },
  })
const { families } = await openStores(place)
const issuers: Readonly<Record<Way, Issuer>> = {
  atomic: over(families),
  naive: over(await naiveFamilies(place, families)),
}

process.on('message', ({ way, token, count, now: time }: Round) => {
  const issuer = issuers[way]
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
