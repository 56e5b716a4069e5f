import { type AxiosInstance, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios'
import { type JwtClient } from '../../client/client.js'
import { ConfigError } from '../../foundation/errors.js'

type Env = NonNullable<InternalAxiosRequestConfig['env']>

/**
 * Lets an axios instance call with the client's tokens, and returns it: its calls go through `client.fetch`, which
 * attaches tokens, retries and follows redirects. Without this, axios sends a token in a custom header to any host it
 * is redirected to.
 *
 * So axios uses its fetch adapter, in Node too: it ignores `httpAgent`, `proxy` and a `maxRedirects` other than 0.
 * Needs axios 1.12 or newer: with an older one, which would call without a token, every answered call is rejected with
 * a ConfigError.
 *
 * @example const api = auth(client, axios.create({ baseURL: 'https://api.example' }))
 */
export function auth<A extends Pick<AxiosInstance, 'interceptors'>>(
  client: JwtClient,
  instance: A,
): A {
  instance.interceptors.request.use((config) => {
    config.adapter = 'fetch'
    // A Request would hide whether its body can be sent again; null prevents axios from making one, which its types do not
    // allow.
    config.env = {
      ...config.env,
      fetch: watched(client.fetch),
      Request: null,
    } as unknown as Env
    return config
  })
  instance.interceptors.response.use(
    (response) => {
      refuseOldAxios(response, instance)
      return response
    },
    (error: unknown) => {
      const { response } = error as { response?: AxiosResponse } // an AxiosError that has an answer
      if (response) refuseOldAxios(response, instance)
      throw error
    },
  )
  return instance
}

const made = new WeakSet<object>()
const used = new WeakSet<object>()

/** The client's `fetch`, of one call: it is remembered whether axios used it. */
function watched(fetch: JwtClient['fetch']): JwtClient['fetch'] {
  const own: JwtClient['fetch'] = (...call) => {
    used.add(own)
    return fetch(...call)
  }
  made.add(own)
  return own
}

/** An axios before 1.12 ignores the `fetch` that it is given, and calls without a token. */
function refuseOldAxios({ config }: AxiosResponse, instance: object): void {
  // An interceptor's own, such as a cache's, asked no `fetch`.
  if (typeof config.adapter === 'function') return
  const fetch: unknown = config.env?.fetch
  if (typeof fetch !== 'function' || !made.has(fetch) || used.has(fetch)) return
  const version = 'VERSION' in instance ? String(instance.VERSION) : 'an older version'
  throw new ConfigError('axios', `needs axios 1.12 or newer, and this is ${version}`)
}
