import { type Credential, type Credentials } from './credential.js'
import { callOf, readOutgoing, type Outgoing } from './outgoing.js'
import { nextHop } from './redirect.js'

type Fetch = typeof globalThis.fetch

/**
 * Wraps `fetch`: attaches the token, retries once after a 401, and follows redirects with the token for configured
 * origins only.
 *
 * Browsers hide a redirect until it has been followed. They drop `Authorization` at another origin (Fetch standard,
 * HTTP-redirect fetch), but no other field; so a redirect is an error if the token is in another field.
 *
 * @example createFetch(client, globalThis.fetch)
 */
export function createFetch(tokens: Credentials, fetch: Fetch): Fetch {
  return async (input, init) => {
    let hop: Outgoing | undefined = readOutgoing(input, init)
    const { redirect } = hop
    const progress: Progress = { trusted: true, renewed: false, again: false }
    for (let count = 1; ; count++) {
      const response = await exchange({ tokens, fetch, progress }, hop)
      hop = redirect === 'follow' && !isBrowser() ? nextHop(hop, response, count) : undefined
      if (hop === undefined) return response
      await response.body?.cancel()
      progress.again = true
    }
  }
}

/** State of one call, over all its hops. */
interface Progress {
  /** True until a hop leaves the configured origins: a foreign server must not steer the token. */
  trusted: boolean
  renewed: boolean
  /** Whether the body has been sent. */
  again: boolean
}

interface Sender {
  readonly tokens: Credentials
  readonly fetch: Fetch
  readonly progress: Progress
}

/** Sends one hop, and again with another token if it is refused. */
async function exchange(sender: Sender, hop: Outgoing): Promise<Response> {
  const { tokens, progress } = sender
  const signal = hop.rest.signal ?? undefined
  const credential = progress.trusted ? await tokens.credential(hop.url.origin, signal) : undefined
  progress.trusted &&= credential !== undefined
  const response = await send(sender, hop, credential)
  if (response.status !== 401 || !credential || progress.renewed || hop.body.kind === 'once')
    return response
  progress.renewed = true
  const other = await tokens.renew(credential, response.headers.get('www-authenticate'))
  if (!other) return response
  await response.body?.cancel()
  progress.again = true
  return send(sender, hop, other)
}

async function send({ tokens, fetch, progress }: Sender, hop: Outgoing, credential?: Credential) {
  const headers = new Headers(hop.headers)
  for (const [name, value] of Object.entries(credential?.fields ?? {})) headers.set(name, value)
  const hasToken = credential?.grant.token !== undefined
  const redirect = redirectOf(hop, hasToken && tokens.field !== 'authorization')
  const settings: RequestInit = { headers, redirect }
  if (credential && !hasToken) settings.credentials = 'same-origin'
  return fetch(...(await callOf(hop, settings, progress.again)))
}

function redirectOf(
  { redirect }: Outgoing,
  wouldLeak: boolean,
): NonNullable<RequestInit['redirect']> {
  if (redirect !== 'follow') return redirect
  if (!isBrowser()) return 'manual'
  return wouldLeak ? 'error' : 'follow'
}

/** A page or a worker of one: these hide a redirect that is not followed. */
function isBrowser(): boolean {
  return 'document' in globalThis || 'WorkerGlobalScope' in globalThis
}
