import { type Grant, type TokenSource } from 'jotgate/client'
import { type Client } from './generated/client.js'
import { type JwtTokenRequest } from './generated/types.js'

interface Held extends Grant {
  readonly refreshAfter: number
}

/** The client's half: a token until its refresh_after, then a new one; one request, however many calls wait for it. */
export function tokenSource(client: Pick<Client, 'jwt'>, login: JwtTokenRequest): TokenSource {
  let held: Held | undefined
  let running: Promise<Held> | undefined
  const fetchToken = async (): Promise<Held> => {
    const { access_token: token, refresh_after: refreshAfter } = await client.jwt(login)
    return (held = { token, refreshAfter })
  }
  const renewed = () =>
    (running ??= fetchToken().finally(() => {
      running = undefined
    }))
  return {
    grant: async () =>
      held !== undefined && Date.now() / 1000 < held.refreshAfter ? held : renewed(),
    // Another call may have got a new one already.
    renew: async (refused) => (held !== undefined && held !== refused ? held : renewed()),
  }
}
