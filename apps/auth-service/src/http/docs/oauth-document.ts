import { grants } from '../../oauth/clients.js'
import type { DocumentPart, JsonObject } from './merge-documents.js'

const text: JsonObject = { type: 'string' }
const number: JsonObject = { type: 'integer' }
const anyValue: JsonObject = {}

/** The OAuth endpoints, which an `.api` file cannot describe: their bodies are forms. */
export function oauthDocument(metadata: string): DocumentPart['document'] {
  const secret = [{ OAuthClient: [] }]
  return {
    paths: {
      '/oauth/token': endpoint({
        operationId: 'token',
        summary: 'tokens for a client, a refresh token or an exchange (RFC 6749, 8707, 8693)',
        security: [...secret, {}],
        form: 'TokenRequest',
        answer: 'TokenAnswer',
      }),
      '/oauth/revoke': endpoint({
        operationId: 'revokeToken',
        summary: 'ends a token of the client, or the session of its refresh token (RFC 7009)',
        security: [...secret, {}],
        form: 'TokenQuestion',
      }),
      '/oauth/introspect': endpoint({
        operationId: 'introspect',
        summary: 'whether an access token is valid, and its claims (RFC 7662)',
        security: secret,
        form: 'TokenQuestion',
        answer: 'Introspection',
      }),
      [metadata]: {
        get: {
          operationId: 'oauthMetadata',
          summary: 'what this authorization server is (RFC 8414)',
          security: [],
          responses: {
            '200': answerOf('the metadata', 'OAuthMetadata'),
            '421': { $ref: '#/components/responses/Error' },
            default: { $ref: '#/components/responses/Error' },
          },
        },
      },
    },
    components: { schemas, securitySchemes, responses },
  }
}

interface Endpoint {
  readonly operationId: string
  readonly summary: string
  readonly security: readonly JsonObject[]
  readonly form: string
  readonly answer?: string
}

function endpoint({ operationId, summary, security, form, answer }: Endpoint): JsonObject {
  const schema = { $ref: `#/components/schemas/${form}` }
  return {
    post: {
      ...{ operationId, summary, security },
      requestBody: {
        required: true,
        content: { 'application/x-www-form-urlencoded': { schema } },
      },
      responses: {
        '200': answer === undefined ? { description: 'done' } : answerOf('the answer', answer),
        '400': { $ref: '#/components/responses/OAuthRefused' },
        '401': { $ref: '#/components/responses/OAuthClientRefused' },
        '503': { $ref: '#/components/responses/OAuthUnavailable' },
        default: { $ref: '#/components/responses/Error' },
      },
    },
  }
}

function answerOf(description: string, name: string): JsonObject {
  return {
    description,
    content: { 'application/json': { schema: { $ref: `#/components/schemas/${name}` } } },
  }
}

function objectOf(properties: JsonObject, required: readonly string[]): JsonObject {
  return { type: 'object', properties, required }
}

const client = { client_id: text, client_secret: text }

const schemas: JsonObject = {
  TokenRequest: objectOf(
    {
      grant_type: { enum: [...grants] },
      scope: { ...text, description: 'the same scope or a narrower one' },
      resource: { type: 'array', items: text, description: 'the audience of the token (RFC 8707)' },
      refresh_token: text,
      subject_token: { ...text, description: 'the access token to exchange (RFC 8693)' },
      subject_token_type: text,
      requested_token_type: text,
      audience: { ...text, description: 'whom the exchanged token is for' },
      ...client,
    },
    ['grant_type'],
  ),
  TokenAnswer: objectOf(
    {
      access_token: text,
      issued_token_type: { ...text, description: 'of an exchange' },
      token_type: { const: 'Bearer' },
      expires_in: { ...number, description: 'seconds' },
      scope: text,
      refresh_token: text,
      access_expire: { ...number, description: 'Unix seconds' },
      refresh_after: { ...number, description: 'Unix seconds' },
    },
    ['access_token', 'token_type', 'expires_in'],
  ),
  TokenQuestion: objectOf({ token: text, token_type_hint: text, ...client }, ['token']),
  Introspection: {
    ...objectOf({ active: { type: 'boolean' } }, ['active']),
    additionalProperties: anyValue,
    description: 'with the claims of a valid token; otherwise only active',
  },
  OAuthMetadata: {
    ...objectOf({ issuer: text, token_endpoint: text, jwks_uri: text }, ['issuer']),
    additionalProperties: anyValue,
  },
  OAuthError: objectOf({ error: text, error_description: text }, ['error']),
}

const securitySchemes: JsonObject = {
  OAuthClient: {
    type: 'http',
    scheme: 'basic',
    description:
      'client_secret_basic (RFC 6749 section 2.3.1); or client_id and client_secret in the body, client_id alone for a public client',
  },
}

const challenge: JsonObject = { 'WWW-Authenticate': { schema: text } }

const responses: JsonObject = {
  OAuthRefused: answerOf('refused (RFC 6749 section 5.2)', 'OAuthError'),
  OAuthClientRefused: {
    ...answerOf('the client could not be authenticated', 'OAuthError'),
    headers: challenge,
  },
  OAuthUnavailable: {
    ...answerOf('nothing is known to have changed; try again', 'OAuthError'),
    headers: { 'Retry-After': { schema: number } },
  },
}
