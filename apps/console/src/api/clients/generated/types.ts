// The types of clients-api. Generated from its .api file: changes are lost.
import * as $ from 'jotgate/api-spec/schema'

/**
 * Times are Unix seconds; oldSecretUntil is there while the secret before the present one is good too. ReceivesRoles: whether
 * the tokens of its users' sessions have the claim roles. Origins are those of its pages, exactly as browsers send them.
 */
export interface Client {
  readonly id: string
  readonly name: string
  readonly kind: 'confidential' | 'public'
  readonly grants: readonly string[]
  readonly scopes: readonly string[]
  readonly audiences: readonly string[]
  readonly receivesRoles: boolean
  readonly origins: readonly string[]
  readonly policy: ClientPolicy
  readonly disabled: boolean
  readonly createdAt: number
  readonly oldSecretUntil?: number
}
export const Client: $.Schema<Client> = $.object<Client>(() => [
  { name: 'id', read: $.text() },
  { name: 'name', read: $.text() },
  { name: 'kind', read: $.text({ options: ['confidential', 'public'] }) },
  { name: 'grants', read: $.list($.text()) },
  { name: 'scopes', read: $.list($.text()) },
  { name: 'audiences', read: $.list($.text()) },
  { name: 'receivesRoles', read: $.flag },
  { name: 'origins', read: $.list($.text()) },
  { name: 'policy', read: $.ref(() => ClientPolicy) },
  { name: 'disabled', read: $.flag },
  { name: 'createdAt', read: $.number({ whole: 'int64' }) },
  { name: 'oldSecretUntil', optional: true, read: $.number({ whole: 'int64' }) },
])

/** What is left out stays; a policy is replaced as a whole. */
export interface ClientChange {
  readonly id: string
  readonly name?: string
  readonly grants?: readonly string[]
  readonly scopes?: readonly string[]
  readonly audiences?: readonly string[]
  readonly receivesRoles?: boolean
  readonly origins?: readonly string[]
  readonly policy?: ClientPolicy
  readonly disabled?: boolean
}
export const ClientChange: $.Schema<ClientChange> = $.object<ClientChange>(() => [
  { name: 'id', from: 'path', read: $.text({ length: { from: 1, to: 64 } }) },
  { name: 'name', optional: true, read: $.text() },
  { name: 'grants', optional: true, read: $.list($.text()) },
  { name: 'scopes', optional: true, read: $.list($.text()) },
  { name: 'audiences', optional: true, read: $.list($.text()) },
  { name: 'receivesRoles', optional: true, read: $.flag },
  { name: 'origins', optional: true, read: $.list($.text()) },
  { name: 'policy', optional: true, read: $.ref(() => ClientPolicy) },
  { name: 'disabled', optional: true, read: $.flag },
])

/** Where a client differs from the configuration, in seconds; where one is absent the configuration's stands. */
export interface ClientPolicy {
  readonly accessTtl?: number
  readonly refreshTtl?: number
  readonly grace?: number
  readonly recoverWithin?: number
}
export const ClientPolicy: $.Schema<ClientPolicy> = $.object<ClientPolicy>(() => [
  { name: 'accessTtl', optional: true, read: $.number({ whole: 'int64' }) },
  { name: 'refreshTtl', optional: true, read: $.number({ whole: 'int64' }) },
  { name: 'grace', optional: true, read: $.number({ whole: 'int64' }) },
  { name: 'recoverWithin', optional: true, read: $.number({ whole: 'int64' }) },
])

export interface ClientReq {
  readonly id: string
}
export const ClientReq: $.Schema<ClientReq> = $.object<ClientReq>(() => [
  { name: 'id', from: 'path', read: $.text({ length: { from: 1, to: 64 } }) },
])

/** Next is what to ask for after this page; absent on the last one. */
export interface Clients {
  readonly clients: readonly Client[]
  readonly next?: string
}
export const Clients: $.Schema<Clients> = $.object<Clients>(() => [
  { name: 'clients', read: $.list($.ref(() => Client)) },
  { name: 'next', optional: true, read: $.text() },
])

export interface ClientsReq {
  readonly after?: string
  readonly limit: number
}
/** {@link ClientsReq} as it is sent: what has a default may be left out. */
export type ClientsReqInput = $.Input<ClientsReq, 'limit'>
export const ClientsReq: $.Schema<ClientsReq> = $.object<ClientsReq>(() => [
  { name: 'after', from: 'form', optional: true, read: $.text({ length: { to: 64 } }) },
  { name: 'limit', from: 'form', fallback: 50, read: $.numberText({ whole: 'int64', range: { from: 1, to: 200 } }) },
])

/** The secret is told this once; a public client has none. */
export interface CreatedClient {
  readonly client: Client
  readonly secret?: string
}
export const CreatedClient: $.Schema<CreatedClient> = $.object<CreatedClient>(() => [
  { name: 'client', read: $.ref(() => Client) },
  { name: 'secret', optional: true, read: $.text() },
])

/**
 * Kind is confidential or public; grants are of client_credentials, refresh_token and urn:ietf:params:oauth:grant-type:token-exchange. Only a
 * public client may have origins.
 */
export interface NewClient {
  readonly name: string
  readonly kind: string
  readonly grants: readonly string[]
  readonly scopes?: readonly string[]
  readonly audiences: readonly string[]
  readonly receivesRoles?: boolean
  readonly origins?: readonly string[]
  readonly policy?: ClientPolicy
}
export const NewClient: $.Schema<NewClient> = $.object<NewClient>(() => [
  { name: 'name', read: $.text() },
  { name: 'kind', read: $.text() },
  { name: 'grants', read: $.list($.text()) },
  { name: 'scopes', optional: true, read: $.list($.text()) },
  { name: 'audiences', read: $.list($.text()) },
  { name: 'receivesRoles', optional: true, read: $.flag },
  { name: 'origins', optional: true, read: $.list($.text()) },
  { name: 'policy', optional: true, read: $.ref(() => ClientPolicy) },
])

/** The secret is told this once. */
export interface RotatedSecret {
  readonly secret: string
  readonly oldSecretUntil?: number
}
export const RotatedSecret: $.Schema<RotatedSecret> = $.object<RotatedSecret>(() => [
  { name: 'secret', read: $.text() },
  { name: 'oldSecretUntil', optional: true, read: $.number({ whole: 'int64' }) },
])

/** KeepOld: for how many seconds the secret of before stays good; 0 ends it at once. */
export interface SecretRotation {
  readonly id: string
  readonly keepOld: number
}
/** {@link SecretRotation} as it is sent: what has a default may be left out. */
export type SecretRotationInput = $.Input<SecretRotation, 'keepOld'>
export const SecretRotation: $.Schema<SecretRotation> = $.object<SecretRotation>(() => [
  { name: 'id', from: 'path', read: $.text({ length: { from: 1, to: 64 } }) },
  { name: 'keepOld', fallback: 86400, read: $.number({ whole: 'int64', range: { from: 0, to: 2592000 } }) },
])
