import type { IncomingMessage } from 'node:http'
import { readMount } from '../../session-routes/mount.js'
import type { SessionRoutesOptions as CommonOptions } from '../../session-routes/options.js'
import { createSessionRoutes } from '../../session-routes/session-routes.js'
import type { Sessions } from '../../session/sessions.js'
import type { Listener } from './listener.js'
import { nodeCall } from './node-call.js'
import { nodeBody, sendAnswer } from './node-routes.js'

/** Options of {@link sessionRoutes}. */
export interface SessionRoutesOptions<C> extends CommonOptions<C> {
  /** Where the routes are. Default `/auth`. */
  readonly path?: string
  /** The caller's address. Default the socket's: behind a proxy read the header that your proxy sets. */
  readonly address?: (request: IncomingMessage) => string | undefined
}

/**
 * Login, refresh, logout, the list of sessions and "who am I" before a node:http listener, which gets all other
 * requests. An error of `login` is answered with 500, because node would end the process; `onEvent` has it as `fault`.
 *
 * @throws ConfigError when an option is missing, unknown or invalid
 * @example createServer(sessionRoutes(sessions, { path: '/auth', gate, login })(auth(gate)(listener)))
 */
export function sessionRoutes<C>(
  sessions: Sessions,
  {
    path,
    address = (request) => request.socket.remoteAddress,
    ...options
  }: SessionRoutesOptions<C>,
): (listener: Listener<IncomingMessage>) => Listener<IncomingMessage> {
  const routes = createSessionRoutes(sessions, options)
  const below = readMount(path)
  return (listener) => async (request, response) => {
    const target = request.url ?? ''
    const [sent = ''] = target.split('?')
    const rest = below(sent)
    const route = rest === undefined ? undefined : routes.find(request.method, rest)
    if (route === undefined) return listener(request, response)
    const call = nodeCall({ request, response, target })
    const body = () => nodeBody(request, undefined)
    const facts = { call, body, address: () => address(request) }
    const answer = await routes.answer(route, facts).catch(routes.respond)
    sendAnswer(response, answer)
    return undefined
  }
}
