import { actingAdmin, recordAction, recordFaults } from '../acting-admin.js'
import type { Party } from '../../events/event.js'
import { RequestFault } from '../../foundation/faults.js'
import type { ClientChange, NewClient } from '../../oauth/clients.js'
import { foundClient, orInvalid, readKeys, readSignIn, toClient } from './clients.js'
import { type ClientsApi } from './generated/service.js'
import { type ClientChange as ClientChangeBody } from './generated/types.js'
import { listClients } from './list-clients.js'

/** They throw RequestFault BODY_INVALID and CLIENT_UNKNOWN, and AuthError STORE_UNAVAILABLE. */
const acts: ClientsApi = {
  listClients,

  createClient: async (call) => {
    const { scopes = [], policy = {}, receivesRoles = false, origins = [] } = call.request
    const { name, kind, grants, audiences } = call.request
    const fields = { name, kind, grants, audiences, ...besideOf(call.request) }
    const admin = await actingAdmin(call)
    const given = { ...fields, scopes, policy, receivesRoles, origins } as NewClient // `create` looks at every value
    const { client, secret } = await orInvalid(() => call.services.clients.create(given))
    await recordAction(call, admin, { kind: 'client.created', subject: partyOf(client.id) })
    return { client: toClient(client), ...(secret === undefined ? {} : { secret }) }
  },

  getClient: async ({ request, services }) =>
    toClient(foundClient(await services.clients.byId(request.id))),

  /** Fields that are left out stay. The tokens of a client that is disabled, or may do less than before, are refused. */
  changeClient: async (call) => {
    const { id, ...asked } = call.request
    const change = { ...asked, ...besideOf(asked) }
    const { clients } = call.services
    const admin = await actingAdmin(call)
    if (Object.keys(change).length === 0)
      throw new RequestFault('BODY_INVALID', 'the body: names nothing to change')
    const given = change as ClientChange // `change` looks at every value
    const client = foundClient(await orInvalid(() => clients.change(id, given)))
    await recordAction(call, admin, {
      kind: 'client.changed',
      subject: partyOf(id),
      details: { fields: Object.keys(change) },
    })
    return toClient(client)
  },

  /** BODY_INVALID for a public client. */
  rotateClientSecret: async (call) => {
    const { id, keepOld } = call.request
    const { clients } = call.services
    const admin = await actingAdmin(call)
    const rotated = foundClient(await orInvalid(() => clients.rotateSecret(id, keepOld)))
    await recordAction(call, admin, { kind: 'client.secret-rotated', subject: partyOf(id) })
    const { secret, oldSecretUntil } = rotated
    return { secret, ...(oldSecretUntil === undefined ? {} : { oldSecretUntil }) }
  },

  /** Again is the same as once. */
  endOldSecret: async (call) => {
    const admin = await actingAdmin(call)
    const client = foundClient(await call.services.clients.endOldSecret(call.request.id))
    await recordAction(call, admin, {
      kind: 'client.old-secret-ended',
      subject: partyOf(call.request.id),
    })
    return toClient(client)
  },

  removeClient: async (call) => {
    const admin = await actingAdmin(call)
    if (!(await call.services.clients.remove(call.request.id)))
      throw new RequestFault('CLIENT_UNKNOWN')
    await recordAction(call, admin, { kind: 'client.removed', subject: partyOf(call.request.id) })
  },
}

/** The API of OAuth clients: one function for each route of `clients.api`. */
export const handlers: ClientsApi = {
  ...acts,
  createClient: recordFaults('client.created', acts.createClient),
  changeClient: recordFaults('client.changed', acts.changeClient),
  rotateClientSecret: recordFaults('client.secret-rotated', acts.rotateClientSecret),
  endOldSecret: recordFaults('client.old-secret-ended', acts.endOldSecret),
  removeClient: recordFaults('client.removed', acts.removeClient),
}

/** What has another form in the API: it takes nothing away by null. */
function besideOf({ signIn, keys }: Pick<ClientChangeBody, 'signIn' | 'keys'>) {
  return {
    ...(signIn === undefined ? {} : { signIn: readSignIn(signIn) }),
    ...(keys === undefined ? {} : { keys: readKeys(keys) }),
  }
}

function partyOf(id: string): Party {
  return { kind: 'client', id }
}
