/** Told a refresh token, a count and a time, presents it that many times at once and says what came back. */
import { openIssuer } from './issuer.js'

const [path = '', secret = ''] = process.argv.slice(2)
let now = 0
const issuer = await openIssuer(path, secret, { now: () => now })

/** What a racer is told for one round. */
export interface Round {
  readonly token: string
  readonly count: number
  /** Unix time in seconds. */
  readonly now: number
}

process.on('message', ({ token, count, now: time }: Round) => {
  now = time
  const attempts = Array.from({ length: count }, () =>
    issuer.refresh(token, { client: 'web' }).then(
      ({ refreshToken }) => refreshToken,
      (error: unknown) => `refused: ${String(error)}`,
    ),
  )
  void Promise.all(attempts).then((answers) => process.send?.(answers))
})
process.send?.('ready')
