import { ConfigError } from '../../foundation/errors.js'
import { usableKeys, type UsableKeys } from '../usable-keys.js'
import { discover } from './discovery.js'
import { download } from './download.js'
import { freshFor } from './lifetime.js'
import { RemoteProblem } from './problem.js'
import type { RemotePolicy } from './remote-options.js'

/** The result of one fetch; `freshFor` in seconds. */
export type FetchedSet =
  | { readonly kind: 'unchanged'; readonly freshFor: number }
  | (UsableKeys & {
      readonly kind: 'set'
      readonly freshFor: number
      readonly etag: string | undefined
    })

const types = ['application/jwk-set+json', 'application/json']
const longestEtag = 256

/**
 * Fetches and reads a set; given the `ETag` of the held one, only when it has changed (RFC 9110 section 13.1.2).
 *
 * @throws RemoteProblem
 */
export async function fetchSet(
  policy: RemotePolicy,
  etag: string | undefined,
): Promise<FetchedSet> {
  const { discovery, url } = policy
  const setUrl = discovery ? await discover({ ...policy, ...discovery }, policy) : url
  const answer = await download(setUrl, { ...policy, types, etag })
  const fresh = freshFor(answer.headers, policy)
  if (answer.kind === 'unchanged') return { kind: 'unchanged', freshFor: fresh }
  const tag = answer.headers.get('etag')
  return {
    kind: 'set',
    freshFor: fresh,
    ...readSet(answer.document, policy),
    etag: tag !== null && tag.length <= longestEtag ? tag : undefined,
  }
}

/** A set that others can read has no secrets. */
function readSet(document: unknown, { algorithms }: RemotePolicy): UsableKeys {
  try {
    return usableKeys(document, algorithms, 'never')
  } catch (error) {
    if (error instanceof ConfigError)
      throw new RemoteProblem('set', error.message.replace(/^jwks:/, 'the set'))
    throw error
  }
}
