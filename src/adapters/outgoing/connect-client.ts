import { Code, ConnectError, type Interceptor } from '@connectrpc/connect'
import { type Credential, type Credentials } from '../../client/credential.js'
import { ClientError } from '../../client/errors.js'

/**
 * An interceptor for Connect clients, for the Connect, gRPC and gRPC-web protocols: it attaches tokens, and retries a
 * unary call once after UNAUTHENTICATED. Streams are not sent again. No Connect transport follows redirects.
 *
 * Source errors become ConnectError with the ClientError as `cause`: UNAVAILABLE if a later attempt may succeed,
 * otherwise UNAUTHENTICATED.
 *
 * @example createConnectTransport({ baseUrl: 'https://api.example', httpVersion: '2', interceptors: [auth(client)] })
 */
export function auth(client: Credentials): Interceptor {
  return (next) => async (request) => {
    const { origin } = new URL(request.url)
    const credential = await asConnectError(() => client.credential(origin, request.signal))
    if (!credential) return next(request)
    attach(request.header, credential)
    try {
      return await next(request)
    } catch (error) {
      const { code, metadata } = ConnectError.from(error)
      if (request.stream || code !== Code.Unauthenticated) throw error
      const challenge = metadata.get('www-authenticate')
      const other = await asConnectError(() => client.renew(credential, challenge))
      if (!other) throw error
      attach(request.header, other)
      return next(request)
    }
  }
}

function attach(header: Headers, { fields }: Credential): void {
  for (const [name, value] of Object.entries(fields)) header.set(name, value)
}

async function asConnectError<R>(run: () => Promise<R>): Promise<R> {
  try {
    return await run()
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    const code = error.code === 'REFRESH_UNAVAILABLE' ? Code.Unavailable : Code.Unauthenticated
    throw new ConnectError(error.message, code, undefined, undefined, error)
  }
}
