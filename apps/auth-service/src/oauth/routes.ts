import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Place } from '../events/event.js'
import { placeOf } from '../events/place.js'
import { authenticateClient } from './client-authentication.js'
import type { OAuthClient } from './clients.js'
import { parseForm, type Form } from './form.js'
import { grantTokens } from './grants.js'
import { introspectToken } from './introspect.js'
import { createMetadata, metadataPath } from './metadata.js'
import type { OAuth } from './oauth.js'
import { answerOAuthErrors, secretive } from './oauth-answers.js'
import { OAuthFault } from './oauth-fault.js'
import { revokeToken } from './revoke.js'
import { addressOf } from '../foundation/address-of.js'

/** Paths of {@link oauthRoutes}, which need no access token: clients present their own credentials. */
export function oauthPaths(issuer: string): readonly string[] {
  return [...Object.keys(endpoints), metadataPath(issuer)]
}

/** Adds the OAuth endpoints, with their own body parser and form of errors. */
export function oauthRoutes(app: FastifyInstance, oauth: OAuth): void {
  const metadata = createMetadata(oauth.configuration)
  app.get(metadataPath(oauth.configuration.issuer), (_request, reply) =>
    reply.header('cache-control', 'public, max-age=3600').send(metadata),
  )
  void app.register((child, _options, done) => {
    takeOnlyForms(child)
    answerOAuthErrors(child)
    for (const [path, endpoint] of Object.entries(endpoints)) {
      child.post(path, async (request, reply) => {
        const answer = await endpoint(oauth, await readRequest(oauth, request))
        return reply.headers(secretive).send(answer)
      })
    }
    done()
  })
}

/** A request of an authenticated client. */
interface OAuthRequest {
  readonly client: OAuthClient
  readonly form: Form
  readonly from: Place
}

type Endpoint = (oauth: OAuth, request: OAuthRequest) => Promise<object | undefined>

const endpoints: Readonly<Record<string, Endpoint>> = {
  '/oauth/token': grantTokens,
  '/oauth/revoke': async (oauth, request) => {
    await revokeToken(oauth, request)
    return undefined // 200 without a body (RFC 7009 section 2.2)
  },
  '/oauth/introspect': (oauth, { client, form }) =>
    introspectToken(oauth, client, form.need('token')),
}

async function readRequest(oauth: OAuth, request: FastifyRequest): Promise<OAuthRequest> {
  // URLs end up in logs: parameters of the body are never read from them (RFC 6749 section 2.3.1).
  if (request.url.includes('?'))
    throw new OAuthFault('invalid_request', { description: 'parameters must be in the body' })
  const form = parseForm(typeof request.body === 'string' ? request.body : '')
  const authorization = request.raw.headersDistinct['authorization'] ?? []
  const address = addressOf(request)
  const headers = (name: string) => request.raw.headersDistinct[name] ?? []
  const from = placeOf({ address, headers })
  const client = await authenticateClient(oauth, { form, authorization, address, from })
  return { client, form, from }
}

function takeOnlyForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    ({ headers }, body, done) => {
      done(isPlain(headers) ? null : new OAuthFault('invalid_request', { description }), body)
    },
  )
}

const description = 'the body must be in UTF-8, without a content encoding'

/** Whether the body is what its bytes say. */
function isPlain(headers: FastifyRequest['headers']): boolean {
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(headers['content-type'] ?? '')?.[1]
  return (
    /^utf-?8$/i.test(charset ?? 'utf-8') &&
    /^identity$/i.test(headers['content-encoding'] ?? 'identity')
  )
}
