/** Told a refresh token and a count, presents it that many times at once and says what came back. */
import { openIssuer } from './issuer.js'

const [path = '', secret = ''] = process.argv.slice(2)
const issuer = await openIssuer(path, secret)

process.on('message', ({ token, count }: { token: string; count: number }) => {
  const attempts = Array.from({ length: count }, () =>
    issuer.refresh(token, { client: 'web' }).then(
      ({ refreshToken }) => refreshToken,
      (error: unknown) => `refused: ${String(error)}`,
    ),
  )
  void Promise.all(attempts).then((answers) => process.send?.(answers))
})
process.send?.('ready')
