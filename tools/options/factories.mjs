/**
 * Every factory with options: where its table is, and the interface whose docstrings say what each option is for.
 *
 * @typedef {{ factory: string, file: string, table: string, types: readonly string[], from?: string }} Factory
 *   `file`: source of the table; `from`: source of the types, when it is another. `types`: the interfaces, in order.
 */

/** @type {readonly Factory[]} */
export const factories = [
  {
    factory: 'createVerifier',
    file: 'src/token/verifier-options.ts',
    table: 'verifierTable',
    types: ['TrustedIssuer', 'IssuersOptions', 'CommonOptions'],
    from: 'src/token/trusted-issuers.ts',
  },
  {
    factory: 'createVerifier, with several issuers',
    file: 'src/token/verifier-options.ts',
    table: 'issuersTable',
    types: ['IssuersOptions', 'CommonOptions'],
    from: 'src/token/trusted-issuers.ts',
  },
  {
    factory: 'createVerifier, with a function that finds issuers',
    file: 'src/token/verifier-options.ts',
    table: 'askedTable',
    types: ['AskedIssuers', 'CommonOptions'],
    from: 'src/token/trusted-issuers.ts',
  },
  {
    factory: 'lookups of createVerifier',
    file: 'src/token/issuer-lookup.ts',
    table: 'lookupTable',
    types: ['LookupLimits'],
    from: 'src/token/trusted-issuers.ts',
  },
  {
    factory: 'createSigner',
    file: 'src/token/sign.ts',
    table: 'signerTable',
    types: ['SignerOptions'],
  },
  {
    factory: 'createGate',
    file: 'src/gate/gate-options.ts',
    table: 'gateTable',
    types: ['GateOptions'],
  },
  {
    factory: 'requireRecentLogin',
    file: 'src/gate/require-login.ts',
    table: 'recentLoginTable',
    types: ['RecentLoginOptions'],
  },
  {
    factory: 'select',
    file: 'src/gate/select.ts',
    table: 'selectTable',
    types: ['SelectExcept', 'PreflightOption'],
  },
  {
    factory: 'Rules of select',
    file: 'src/gate/rules.ts',
    table: 'rulesTable',
    types: ['Rules'],
  },
  {
    factory: 'createCookieMode',
    file: 'src/gate/cookies/cookie-options.ts',
    table: 'cookieModeTable',
    types: ['CookieModeOptions'],
  },
  {
    factory: 'createAuth',
    file: 'src/auth/auth-options.ts',
    table: 'authTable',
    types: ['AuthOptions'],
  },
  {
    factory: 'createSessions',
    file: 'src/session/session-policy.ts',
    table: 'sessionsTable',
    types: ['SessionsOptions'],
    from: 'src/session/session-options.ts',
  },
  {
    factory: 'createRelyingParty',
    file: 'src/relying-party/options.ts',
    table: 'relyingPartyTable',
    types: ['RelyingPartyOptions'],
  },
  {
    factory: 'sessionRoutes',
    file: 'src/session-routes/options.ts',
    table: 'sessionRoutesTable',
    types: ['SessionRoutesOptions'],
  },
  {
    factory: 'limits of sessionRoutes',
    file: 'src/session-routes/options.ts',
    table: 'loginLimitsTable',
    types: ['LoginLimits'],
  },
  {
    factory: 'createServiceKeys',
    file: 'src/session/service-keys.ts',
    table: 'serviceKeysTable',
    types: ['ServiceKeysOptions'],
  },
  {
    factory: 'createRevocation',
    file: 'src/revocation/revocation.ts',
    table: 'revocationTable',
    types: ['RevocationOptions'],
  },
  {
    factory: 'createKeyRing',
    file: 'src/key-sources/ring/ring-options.ts',
    table: 'keyRingTable',
    types: ['KeyRingOptions'],
  },
  {
    factory: 'remoteJwks',
    file: 'src/key-sources/remote/remote-options.ts',
    table: 'remoteJwksTable',
    types: ['RemoteJwksOptions'],
  },
  {
    factory: 'localJwks',
    file: 'src/key-sources/local-jwks.ts',
    table: 'localJwksTable',
    types: ['LocalJwksOptions'],
  },
  {
    factory: 'currentAndPrevious',
    file: 'src/key-sources/current-and-previous.ts',
    table: 'currentAndPreviousTable',
    types: ['CurrentAndPreviousOptions'],
  },
  {
    factory: 'secretSource',
    file: 'src/key-sources/secret-source.ts',
    table: 'secretSourceTable',
    types: ['SecretSourceOptions'],
  },
  {
    factory: 'hmacKey',
    file: 'src/key/hmac-key.ts',
    table: 'hmacKeyTable',
    types: ['HmacKeyOptions', 'KeyOptions'],
    from: 'src/key/kid.ts',
  },
  {
    factory: 'externalKey',
    file: 'src/key/external-key.ts',
    table: 'externalKeyTable',
    types: ['ExternalKeyOptions', 'KeyOptions'],
    from: 'src/key/kid.ts',
  },
  {
    factory: 'publicKey, privateKey',
    file: 'src/key/kid.ts',
    table: 'keyTable',
    types: ['KeyOptions'],
  },
  {
    factory: 'jwtClient',
    file: 'src/client/client.ts',
    table: 'clientTable',
    types: ['ClientOptions'],
  },
  {
    factory: 'fromSession',
    file: 'src/client/session-options.ts',
    table: 'tokenSessionTable',
    types: ['CommonSessionOptions', 'TokenSessionOptions'],
  },
  {
    factory: 'selfSigned',
    file: 'src/client/self-signed.ts',
    table: 'selfSignedTable',
    types: ['SelfSignedOptions'],
  },
  {
    factory: 'forwarded',
    file: 'src/client/forwarded.ts',
    table: 'forwardedTable',
    types: ['ForwardedOptions'],
  },
  {
    factory: 'postgresStores, postgresDatabase',
    file: 'src/stores/sql/postgres-options.ts',
    table: 'postgresTable',
    types: ['PostgresOptions'],
  },
  {
    factory: 'openSqlite',
    file: 'src/stores/sql/open-sqlite.ts',
    table: 'openSqliteTable',
    types: ['OpenSqliteOptions'],
  },
  {
    factory: 'redisStores',
    file: 'src/stores/redis/redis-options.ts',
    table: 'redisStoresTable',
    types: ['RedisStoresOptions'],
  },
  {
    factory: 'parseApi',
    file: 'src/api-spec/language/parse.ts',
    table: 'parseTable',
    types: ['ParseOptions'],
  },
  {
    factory: 'formatApi',
    file: 'src/api-spec/format/format.ts',
    table: 'formatTable',
    types: ['FormatOptions'],
  },
  {
    factory: 'generate',
    file: 'src/api-spec/generate/generate.ts',
    table: 'generateTable',
    types: ['GenerateOptions'],
  },
  {
    factory: 'fromOpenApi',
    file: 'src/api-spec/openapi/from-openapi.ts',
    table: 'fromOpenApiTable',
    types: ['FromOpenApiOptions'],
  },
]
