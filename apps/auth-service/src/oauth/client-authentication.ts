import type { Place } from '../events/event.js'
import type { Events } from '../events/events.js'
import { networkOf } from '../foundation/network.js'
import type { ClientLimits } from '../limits/client-limits.js'
import { assertionType, unverifiedClientOf } from './client-assertion.js'
import type { ClientCredentials, OAuthClient, OAuthClients } from './clients.js'
import { decodeForm, type Form } from './form.js'
import { OAuthFault } from './oauth-fault.js'

/** The ways in which a confidential client authenticates, by their names in metadata (RFC 8414 section 2). */
export const clientAuthMethods = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
] as const

/** A request of {@link authenticateClient}. */
export interface ClientRequest {
  readonly form: Form
  /** Every `Authorization` field of the request. */
  readonly authorization: readonly string[]
  /** Of the caller, as the framework gives it. */
  readonly address: string
  readonly from: Place
}

/** The registered clients, and the limits for callers that guess secrets. */
export interface ClientAuthentication {
  readonly clients: Pick<OAuthClients, 'authenticate' | 'byId'>
  readonly limits: ClientLimits
  readonly events: Pick<Events, 'later' | 'refusedUnknown'>
}

/**
 * Authenticates the client of a request: by one of {@link clientAuthMethods}, or a public client by its id alone (RFC 6749
 * sections 2.3.1 and 3.2.1, RFC 7523 section 2.2). Unknown and disabled clients, wrong secrets and wrong assertions look alike.
 *
 * @throws OAuthFault invalid_client, invalid_request; RequestFault when a limit is reached; AuthError STORE_UNAVAILABLE,
 * KEYS_UNAVAILABLE
 */
export async function authenticateClient(
  parts: ClientAuthentication,
  request: ClientRequest,
): Promise<OAuthClient> {
  const credentials = readCredentials(request)
  const client = await parts.clients.authenticate(credentials)
  if (client !== undefined) return client
  await recordRefusal(parts, credentials, request)
  await parts.limits.failed(request.address)
  throw new OAuthFault('invalid_client')
}

/**
 * A client that exists is named; of others only their number is kept. Like that of a password, the answer does not wait for
 * the record.
 */
async function recordRefusal(
  { clients, events }: ClientAuthentication,
  { id, assertion }: ClientCredentials,
  { address, from }: ClientRequest,
): Promise<void> {
  const known = await clients.byId(id)
  if (known === undefined) {
    events.refusedUnknown(networkOf(address))
    return
  }
  const shown = assertion === undefined ? 'secret' : 'assertion'
  const reason = known.disabled ? 'disabled' : shown
  const actor = { kind: 'client', id: known.id } as const
  events.later({ ...{ kind: 'client.refused', result: 'refused' }, actor, reason, from })
}

/**
 * The credentials that a request presents, not yet compared with anything.
 *
 * @throws OAuthFault invalid_client without any, invalid_request for more than one kind
 */
export function readCredentials({
  form,
  authorization,
}: Pick<ClientRequest, 'form' | 'authorization'>): ClientCredentials {
  const id = form.get('client_id')
  const secret = form.get('client_secret')
  const assertion = readAssertion(form)
  const [header, ...more] = authorization
  const ways = [header, ...more, secret, assertion].filter((way) => way !== undefined)
  if (ways.length > 1) throw invalidRequest('the client authenticates in more than one way')
  if (header === undefined) {
    const named = id ?? (assertion && unverifiedClientOf(assertion))
    if (named === undefined) throw new OAuthFault('invalid_client')
    return { id: named, secret, assertion }
  }
  const basic = readBasic(header)
  if (id !== undefined && id !== basic.id) {
    throw invalidRequest('client_id: is not the client that authenticates')
  }
  return basic
}

/** RFC 7521 section 4.2. */
function readAssertion(form: Form): string | undefined {
  const assertion = form.get('client_assertion')
  const type = form.get('client_assertion_type')
  if (assertion === undefined && type === undefined) return undefined
  if (assertion === undefined) throw invalidRequest('client_assertion: is missing')
  if (type !== assertionType)
    throw invalidRequest(`client_assertion_type: must be ${assertionType}`)
  return assertion
}

function invalidRequest(description: string): OAuthFault {
  return new OAuthFault('invalid_request', { description })
}

/** RFC 7617, with id and secret form-encoded before joining (RFC 6749 section 2.3.1). */
function readBasic(header: string): ClientCredentials {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header) ?? []
  const decoded = Buffer.from(encoded ?? '', 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon < 1) throw new OAuthFault('invalid_client')
  const secret = decodeForm(decoded.slice(colon + 1))
  // A public client sends its id here with an empty password.
  return { id: decodeForm(decoded.slice(0, colon)), secret: secret === '' ? undefined : secret }
}
