import { type AxiosInstance, type InternalAxiosRequestConfig } from 'axios'
import { type JwtClient } from '../../client/client.js'

type Env = NonNullable<InternalAxiosRequestConfig['env']>

/**
 * Lets an axios instance call with the client's tokens, and returns it: its calls go through `client.fetch`, which
 * attaches tokens, retries and follows redirects. Without this, axios sends a token in a custom header to any host it
 * is redirected to.
 *
 * So axios uses its fetch adapter, in Node too: it ignores `httpAgent`, `proxy` and a `maxRedirects` other than 0.
 * Needs axios 1.12 or newer.
 *
 * @example const api = auth(client, axios.create({ baseURL: 'https://api.example' }))
 */
export function auth<A extends Pick<AxiosInstance, 'interceptors'>>(
  client: JwtClient,
  instance: A,
): A {
  instance.interceptors.request.use((config) => {
    config.adapter = 'fetch'
    // A Request would hide whether its body can be sent again; null prevents axios from making one.
    config.env = {
      ...config.env,
      fetch: client.fetch as Env['fetch'],
      Request: null,
    } as unknown as Env
    return config
  })
  return instance
}
