import { jwkOf } from '../../key/pairs.js'
import {
  auth0,
  bare,
  cert,
  cut,
  ed,
  enc,
  ES256,
  next,
  p256,
  p384,
  rsa,
  RS256,
  sig,
  thumb,
  two,
  usual,
  type Form,
} from './shapes.js'

const tenant = '11111111-2222-3333-4444-555555555555'
const entra = `https://login.microsoftonline.com/${tenant}`
const entraSet = {
  keys: ['e1', 'e2'].map((kid, i) => ({
    ...cert(cut(sig(i === 0 ? rsa : next, kid), 'alg'), kid),
    issuer: `${entra}/v2.0`,
  })),
}
const inEntra = { set: 'RSA without `alg`, with `x5c`, `x5t` and `issuer`', keys: entraSet }
const realm = 'https://keycloak.example/realms/shop'
const keycloakEnc = { ...bare(enc, 'enc'), use: 'enc', alg: 'RSA-OAEP' }
const keycloak = {
  set: 'RSA with `x5c`, beside a key for encryption',
  keys: { keys: [cert(keycloakEnc, 'enc'), cert(sig(rsa, 'k1'), 'k1')] },
}
const pool = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI'
const project = 'https://securetoken.google.com/my-project'

export const forms: readonly Form[] = [
  usual('Auth0', 'access token, `aud` a list, `iss` ends in a slash', {
    ...auth0,
    claims: {
      iss: 'https://t.eu.auth0.com/',
      aud: ['https://api.example', 'https://t.eu.auth0.com/userinfo'],
      scope: 'openid',
    },
  }),
  usual('Auth0', 'ID token at an API', {
    ...auth0,
    claims: { iss: 'https://t.eu.auth0.com/', aud: 'client', nonce: 'n' },
    expect: { issuer: 'https://t.eu.auth0.com/', audience: 'https://api.example' },
    result: 'AUDIENCE_MISMATCH',
  }),
  usual('Auth0', 'encrypted token of a login without an audience', {
    ...auth0,
    claims: { iss: 'https://t.eu.auth0.com/', aud: 'x' },
    bend: () => 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..aaaa.bbbb.cccc',
    result: 'TOKEN_MALFORMED',
  }),
  usual('Okta', 'custom server, `scp` a list', {
    claims: { iss: 'https://x.okta.com/oauth2/default', aud: 'api://default', scp: ['a'], ver: 1 },
  }),
  usual('Okta', 'token of the org server, whose key is in no set', {
    claims: { iss: 'https://x.okta.com', aud: 'https://x.okta.com', ver: 1 },
    sign: RS256('hidden', enc),
    result: 'KEY_UNKNOWN',
  }),
  usual('Entra ID v2', 'access token of version 2.0', {
    ...inEntra,
    sign: RS256('e1'),
    claims: { iss: `${entra}/v2.0`, aud: 'app-id', tid: tenant, scp: 'read', ver: '2.0' },
  }),
  usual('Entra ID v1', 'access token of version 1.0, `x5t` in the header', {
    ...inEntra,
    sign: RS256('e1'),
    header: { typ: 'JWT', x5t: 'e1' },
    claims: { iss: `https://sts.windows.net/${tenant}/`, aud: 'api://app', tid: tenant },
  }),
  usual('Entra ID for Graph', '`nonce` in the header, changed after signing', {
    ...inEntra,
    sign: RS256('e1'),
    claims: { iss: `https://sts.windows.net/${tenant}/`, aud: 'https://graph.microsoft.com' },
    bend: (token) => {
      const [, ...rest] = token.split('.')
      const header = { typ: 'JWT', nonce: 'n', alg: 'RS256', kid: 'e1' }
      return [Buffer.from(JSON.stringify(header)).toString('base64url'), ...rest].join('.')
    },
    result: 'SIGNATURE_INVALID',
  }),
  usual('Azure AD B2C', '`tfp`, `iss` ends in a slash', {
    set: 'RSA without `alg`, with a number `nbf`',
    keys: { keys: [{ ...cut(sig(rsa, 'b2c'), 'alg'), nbf: 1_493_763_266 }] },
    sign: RS256('b2c'),
    claims: { iss: `https://t.b2clogin.com/${tenant}/v2.0/`, aud: 'app', tfp: 'B2C_1_sign_in' },
  }),
  usual('Amazon Cognito', 'access token without `aud`', {
    header: {},
    claims: { iss: pool, client_id: 'c', token_use: 'access' },
  }),
  usual('Amazon Cognito', 'ID token', {
    header: {},
    claims: { iss: pool, aud: 'client', token_use: 'id', 'cognito:groups': ['g'] },
  }),
  usual('Firebase', 'ID token', {
    claims: { iss: project, aud: 'my-project', auth_time: 1, firebase: { identities: {} } },
  }),
  usual('Firebase', 'ID token', {
    set: 'the other address: certificates by `kid`, no JWK set',
    keys: { k1: '-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n' },
    claims: { iss: project, aud: 'my-project' },
    result: 'KEYS_UNAVAILABLE',
  }),
  usual('Firebase emulator', '`alg` "none", no signature', {
    claims: { iss: project, aud: 'my-project' },
    sign: { alg: 'none', key: rsa.privateKey, kid: 'k1' },
    result: 'ALGORITHM_REFUSED',
  }),
  usual('Google', 'ID token', {
    claims: { iss: 'https://accounts.google.com', aud: '1-a.apps.googleusercontent.com', azp: 'x' },
  }),
  usual('Google IAP', 'ES256, `aud` a path', {
    set: 'EC P-256',
    keys: { keys: [sig(p256, 'iap', 'ES256')] },
    sign: ES256('iap'),
    claims: { iss: 'https://cloud.google.com/iap', aud: '/projects/1/apps/a', hd: 'example.com' },
  }),
  usual('Apple', 'booleans as text', {
    claims: { iss: 'https://appleid.apple.com', aud: 'com.example', email_verified: 'true' },
    header: {},
  }),
  usual('GitHub Actions', 'many claims, `x5t` in the header', {
    ...auth0,
    header: { typ: 'JWT', x5t: 'a1' },
    claims: {
      iss: 'https://token.actions.githubusercontent.com',
      aud: 'https://github.com/o',
      ref: 'r',
    },
  }),
  usual('GitLab CI', 'ID token of a job', {
    claims: { iss: 'https://gitlab.com', aud: 'https://vault.example', project_id: '1' },
  }),
  usual('Kubernetes', 'service account token, `aud` a list, no `typ`', {
    set: 'RSA, as `application/jwk-set+json`',
    type: 'application/jwk-set+json',
    header: {},
    claims: {
      iss: 'https://kubernetes.default.svc',
      aud: ['api'],
      'kubernetes.io': { namespace: 'n' },
    },
  }),
  usual('Amazon EKS', 'token for an IAM role', {
    header: {},
    claims: {
      iss: 'https://oidc.eks.eu-central-1.amazonaws.com/id/A',
      aud: ['sts.amazonaws.com'],
    },
  }),
  usual('Keycloak', 'access token, claim `typ`', {
    ...keycloak,
    claims: { iss: realm, aud: ['shop-api', 'account'], typ: 'Bearer' },
  }),
  usual('Keycloak', 'access token', {
    set: 'the key for encryption has the `kid` of the signing key',
    keys: { keys: [{ ...keycloakEnc, kid: 'k1' }, sig(rsa, 'k1')] },
    claims: { iss: realm, aud: ['shop-api'], typ: 'Bearer' },
  }),
  usual('Keycloak', 'access token without the audience mapper', {
    ...keycloak,
    claims: { iss: realm, aud: 'account', typ: 'Bearer' },
    expect: { issuer: realm, audience: 'shop-api' },
    result: 'AUDIENCE_MISMATCH',
  }),
  usual('Keycloak', 'EdDSA', {
    set: 'OKP Ed25519 with `alg` "EdDSA", beside RSA',
    keys: { keys: [keycloakEnc, sig(ed, 'ed', 'EdDSA'), sig(rsa, 'k1')] },
    sign: { alg: 'EdDSA', key: ed.privateKey, kid: 'ed' },
    claims: { iss: realm, aud: ['shop-api'] },
  }),
  usual('Supabase', 'ES256, `aud` "authenticated"', {
    set: 'EC P-256 with `key_ops` and `ext`',
    keys: { keys: [{ ...sig(p256, 's1', 'ES256'), key_ops: ['verify'], ext: true }] },
    sign: ES256('s1'),
    claims: { iss: 'https://x.supabase.co/auth/v1', aud: 'authenticated', role: 'authenticated' },
  }),
  usual('Clerk', 'session token without `aud`, `cat` in the header', {
    header: { typ: 'JWT', cat: 'cl_B7d4PD111AAA' },
    claims: { iss: 'https://clerk.example.com', azp: 'https://example.com', sid: 's' },
  }),
  usual('Cloudflare Access', '`aud` a list', {
    set: 'RSA, beside `public_cert` and `public_certs`',
    keys: { ...two('k1'), public_cert: { kid: 'k1', cert: 'x' }, public_certs: [] },
    claims: { iss: 'https://team.cloudflareaccess.com', aud: ['tag'], type: 'app' },
  }),
  usual('Zitadel', '`aud` a list of digits', {
    claims: {
      iss: 'https://x.zitadel.cloud',
      aud: ['312909075212468632', '3129'],
      'urn:zitadel:iam:org:id': '1',
    },
  }),
  usual('Logto', 'ES384, `typ` "at+jwt"', {
    set: 'EC P-384',
    keys: { keys: [sig(p384, 'l1', 'ES384')] },
    sign: { alg: 'ES384', key: p384.privateKey, kid: 'l1' },
    header: { typ: 'at+jwt' },
    claims: { iss: 'https://x.logto.app/oidc', aud: 'https://api.example', scope: 'read' },
  }),
  usual('Authentik', '`iss` ends in a slash', {
    set: 'RSA with `x5c`, `x5t` and `x5t#S256`',
    keys: { keys: [{ ...cert(sig(rsa, 'k1'), 'k1'), 'x5t#S256': thumb('k1') }] },
    claims: { iss: 'https://sso.example/application/o/shop/', aud: 'shop', uid: 'u' },
  }),
  usual('Authentik', 'access token', {
    set: 'of an application without a signing key: `{}`',
    keys: {},
    claims: { iss: 'https://sso.example/application/o/shop/', aud: 'shop' },
    result: 'KEYS_UNAVAILABLE',
  }),
  usual('WorkOS', 'access token without `aud`', {
    ...auth0,
    claims: { iss: 'https://api.workos.com/user_management/client_1', sid: 'session_1' },
  }),
  usual('PingOne', '`aud` a list', {
    set: 'RSA without `alg`, with `x5c`',
    keys: { keys: [cert(cut(sig(rsa, 'p1'), 'alg'), 'p1')] },
    sign: RS256('p1'),
    claims: { iss: 'https://auth.pingone.eu/env/as', aud: ['https://api.example'], env: 'env' },
  }),
  usual('PingFederate', 'PS256, chosen by the header', {
    set: 'RSA and EC without `alg`, all for one verifier of three algorithms',
    keys: { keys: [cut(sig(rsa, 'f1'), 'alg'), cut(sig(p256, 'f2'), 'alg')] },
    sign: { alg: 'PS256', key: rsa.privateKey, kid: 'f1' },
    algorithms: ['RS256', 'PS256', 'ES256'],
    claims: { iss: 'https://ping.example', aud: 'api', client_id: 'c' },
  }),
  usual('AWS ALB', 'ES256, segments padded with `=`', {
    set: 'none: a PEM for each `kid`; here as EC P-256',
    keys: { keys: [sig(p256, 'alb', 'ES256')] },
    sign: ES256('alb'),
    header: { typ: 'JWT', signer: 'arn:aws:elasticloadbalancing:x', client: 'c', exp: 9 },
    claims: { iss: pool, username: 'u' },
    bend: (token) =>
      token
        .split('.')
        .map((part) => part.padEnd(Math.ceil(part.length / 4) * 4 + 4, '='))
        .join('.'),
    result: 'TOKEN_MALFORMED',
  }),
  usual('OneLogin', 'ID token', {
    set: 'RSA without `alg`',
    keys: { keys: [cut(sig(rsa, 'k1'), 'alg')] },
    claims: { iss: 'https://x.onelogin.com/oidc/2', aud: 'client', params: {} },
  }),
  usual('FusionAuth', '`gty` in the header', {
    ...auth0,
    header: { typ: 'JWT', gty: ['authorization_code'] },
    claims: { iss: 'acme.com', aud: 'app-id', applicationId: 'app-id', roles: [] },
  }),
  usual('Duende IdentityServer', '`typ` "at+jwt", `scope` a list', {
    ...auth0,
    header: { typ: 'at+jwt' },
    claims: { iss: 'https://id.example', aud: 'api', scope: ['read', 'write'], amr: ['pwd'] },
  }),
  usual('Ory Hydra', 'client credentials, `aud` an empty list', {
    claims: { iss: 'https://hydra.example/', aud: [], ext: {}, scp: ['a'] },
    expect: { issuer: 'https://hydra.example/', audience: 'api' },
    result: 'CLAIM_INVALID',
  }),
  usual('Spring Authorization Server', 'access token', {
    set: 'RSA with neither `use` nor `alg`',
    keys: { keys: [bare(rsa, 'k1')] },
    header: {},
    claims: { iss: 'http://auth-server:9000', aud: 'client', scope: ['read'] },
  }),
  usual('SPIRE', 'JWT-SVID', {
    set: '`use` "jwt-svid" and "x509-svid", which are no `use` of RFC 7517',
    keys: { keys: ['jwt-svid', 'x509-svid'].map((use) => ({ ...bare(p256, 'k1'), use })) },
    sign: ES256('k1'),
    claims: { iss: 'https://spire.example', aud: ['api'] },
    result: 'KEYS_UNAVAILABLE',
  }),
  usual('a server of Nimbus JOSE or Go', 'access token', {
    set: 'every member that there is, `null` where it has none',
    keys: { keys: [{ ...sig(rsa, 'k1'), d: null, p: null, crv: null, key_ops: null, x5c: null }] },
    claims: { iss: 'https://auth.example', aud: 'api' },
  }),
  usual('a server that publishes too much', 'access token', {
    set: 'a secret and a private key beside the public one',
    keys: {
      keys: [
        { kty: 'oct', kid: 'k1', alg: 'HS256', k: thumb('secret') },
        { ...jwkOf(enc.privateKey), kid: 'private', alg: 'RS256' },
        sig(rsa, 'k1'),
      ],
    },
    claims: { iss: 'https://auth.example', aud: 'api' },
  }),
]
