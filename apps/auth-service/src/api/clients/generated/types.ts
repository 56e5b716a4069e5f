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
  readonly signIn?: SignIn
  readonly keys?: ClientKeys
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
  { name: 'signIn', optional: true, read: $.ref(() => SignIn) },
  { name: 'keys', optional: true, read: $.ref(() => ClientKeys) },
  { name: 'policy', read: $.ref(() => ClientPolicy) },
  { name: 'disabled', read: $.flag },
  { name: 'createdAt', read: $.number({ whole: 'int64' }) },
  { name: 'oldSecretUntil', optional: true, read: $.number({ whole: 'int64' }) },
])

/** What is left out stays; a policy, signIn and keys are each replaced as a whole. */
export interface ClientChange {
  readonly id: string
  readonly name?: string
  readonly grants?: readonly string[]
  readonly scopes?: readonly string[]
  readonly audiences?: readonly string[]
  readonly receivesRoles?: boolean
  readonly origins?: readonly string[]
  readonly signIn?: NewSignIn
  readonly keys?: ClientKeys
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
  { name: 'signIn', optional: true, read: $.ref(() => NewSignIn) },
  { name: 'keys', optional: true, read: $.ref(() => ClientKeys) },
  { name: 'policy', optional: true, read: $.ref(() => ClientPolicy) },
  { name: 'disabled', optional: true, read: $.flag },
])

/** A JWK set (RFC 7517) with public keys. */
export interface ClientJwks {
  readonly keys: readonly { readonly [key: string]: unknown }[]
}
export const ClientJwks: $.Schema<ClientJwks> = $.object<ClientJwks>(() => [
  { name: 'keys', read: $.list($.record($.anything)) },
])

/** The public keys of a client that authenticates by private_key_jwt: a JWK set, or the address of one. Without both it has none. */
export interface ClientKeys {
  readonly jwks?: ClientJwks
  readonly jwksUri?: string
}
export const ClientKeys: $.Schema<ClientKeys> = $.object<ClientKeys>(() => [
  { name: 'jwks', optional: true, read: $.ref(() => ClientJwks) },
  { name: 'jwksUri', optional: true, read: $.text() },
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

/** The secret is told this once; a public client has none, nor one with keys. */
export interface CreatedClient {
  readonly client: Client
  readonly secret?: string
}
export const CreatedClient: $.Schema<CreatedClient> = $.object<CreatedClient>(() => [
  { name: 'client', read: $.ref(() => Client) },
  { name: 'secret', optional: true, read: $.text() },
])

/**
 * Kind is confidential or public; grants are of client_credentials, refresh_token, authorization_code (exactly with signIn) and
 * urn:ietf:params:oauth:grant-type:token-exchange. Only a public client may have origins, and only a confidential one keys.
 */
export interface NewClient {
  readonly name: string
  readonly kind: string
  readonly grants: readonly string[]
  readonly scopes?: readonly string[]
  readonly audiences: readonly string[]
  readonly receivesRoles?: boolean
  readonly origins?: readonly string[]
  readonly signIn?: NewSignIn
  readonly keys?: ClientKeys
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
  { name: 'signIn', optional: true, read: $.ref(() => NewSignIn) },
  { name: 'keys', optional: true, read: $.ref(() => ClientKeys) },
  { name: 'policy', optional: true, read: $.ref(() => ClientPolicy) },
])

/** By default web, RS256, with PKCE, without consent, not offline, for every user. Without redirectUris the client logs no user in. */
export interface NewSignIn {
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris?: readonly string[]
  readonly applicationType?: string
  readonly idTokenAlg?: string
  readonly backchannelLogoutUri?: string
  readonly requirePkce?: boolean
  readonly consent?: string
  readonly offline?: boolean
  readonly allowedRoles?: readonly string[]
}
export const NewSignIn: $.Schema<NewSignIn> = $.object<NewSignIn>(() => [
  { name: 'redirectUris', read: $.list($.text()) },
  { name: 'postLogoutRedirectUris', optional: true, read: $.list($.text()) },
  { name: 'applicationType', optional: true, read: $.text() },
  { name: 'idTokenAlg', optional: true, read: $.text() },
  { name: 'backchannelLogoutUri', optional: true, read: $.text() },
  { name: 'requirePkce', optional: true, read: $.flag },
  { name: 'consent', optional: true, read: $.text() },
  { name: 'offline', optional: true, read: $.flag },
  { name: 'allowedRoles', optional: true, read: $.list($.text()) },
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

/**
 * How a client logs users in at /oauth/authorize. AllowedRoles: users with one of these may; empty: every user. Offline: its
 * sessions go on when the user logs out of the browser.
 */
export interface SignIn {
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  readonly applicationType: 'web' | 'native'
  readonly idTokenAlg: 'RS256' | 'ES256'
  readonly backchannelLogoutUri?: string
  readonly requirePkce: boolean
  readonly consent: 'never' | 'ask'
  readonly offline: boolean
  readonly allowedRoles: readonly string[]
}
export const SignIn: $.Schema<SignIn> = $.object<SignIn>(() => [
  { name: 'redirectUris', read: $.list($.text()) },
  { name: 'postLogoutRedirectUris', read: $.list($.text()) },
  { name: 'applicationType', read: $.text({ options: ['web', 'native'] }) },
  { name: 'idTokenAlg', read: $.text({ options: ['RS256', 'ES256'] }) },
  { name: 'backchannelLogoutUri', optional: true, read: $.text() },
  { name: 'requirePkce', read: $.flag },
  { name: 'consent', read: $.text({ options: ['never', 'ask'] }) },
  { name: 'offline', read: $.flag },
  { name: 'allowedRoles', read: $.list($.text()) },
])
