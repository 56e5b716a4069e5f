import type { DocumentPart, JsonObject } from './merge-documents.js'

/** Health, metrics, the published keys, what to show beside a login, and this document. */
export const operationsDocument: DocumentPart['document'] = {
  paths: {
    '/healthz': open('healthz', 'whether the process answers'),
    '/readyz': open('readyz', 'whether it can sign, verify, check revocations and write', {
      '503': json('not yet, or not at the moment'),
    }),
    '/metrics': {
      get: {
        operationId: 'metrics',
        summary: 'figures for Prometheus, with the configured token',
        security: [{ MetricsToken: [] }],
        responses: {
          '200': {
            description: 'in the text format of Prometheus',
            content: { 'text/plain': { schema: { type: 'string' } } },
          },
          '401': { $ref: '#/components/responses/Unauthorized' },
          '404': json('no token is configured'),
          default: { $ref: '#/components/responses/Error' },
        },
      },
    },
    '/.well-known/jwks.json': open('jwks', 'the keys to verify with (RFC 7517)', {
      '304': { description: 'as it was' },
      '404': json('tokens are signed with a shared secret'),
    }),
    '/user/login-options': open(
      'loginOptions',
      'links of the configuration, for a page with a login',
    ),
    '/docs/openapi.json': open('openapi', 'this document'),
  },
  components: {
    schemas: {},
    securitySchemes: { MetricsToken: { type: 'http', scheme: 'bearer' } },
    responses: {},
  },
}

function open(operationId: string, summary: string, more: JsonObject = {}): JsonObject {
  const responses = {
    '200': json('the answer'),
    ...more,
    '421': { $ref: '#/components/responses/Error' },
    default: { $ref: '#/components/responses/Error' },
  }
  return { get: { operationId, summary, security: [], responses } }
}

function json(description: string): JsonObject {
  return { description, content: { 'application/json': { schema: { type: 'object' } } } }
}
