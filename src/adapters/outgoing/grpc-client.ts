import {
  Channel,
  InterceptingCall,
  type ChannelCredentials,
  type ClientOptions,
  type Interceptor,
} from '@grpc/grpc-js'
import { type Credential, type Credentials } from '../../client/credential.js'
import { readSecureUrl } from '../../client/origins.js'
import { ConfigError } from '../../foundation/errors.js'
import { Again, attach, retrying, statusOf } from './grpc-client-retry.js'

/**
 * Options for a grpc-js client: it attaches tokens, and retries a unary call once after UNAUTHENTICATED. Streams keep
 * the token they began with and are not sent again. If a source fails, the call ends before it is sent.
 *
 * A target is compared with the client's origins as `https://host:port`, or as `http://host:port` with insecure
 * credentials; the default port is 443.
 *
 * @throws ConfigError, when the grpc-js client is created, for insecure credentials off loopback and for targets that
 * are not a host, such as a socket
 * @example new Users('users.example:443', credentials.createSsl(), auth(client))
 */
export function auth(client: Credentials): ClientOptions {
  const origins = new Map<string, string>()
  return {
    interceptors: [intercept(client, origins)],
    channelFactoryOverride: (address, credentials, options) => {
      const origin = originOf(address, credentials)
      const channel = new Channel(address, credentials, options)
      origins.set(channel.getTarget(), origin)
      return channel
    },
  }
}

function originOf(address: string, credentials: ChannelCredentials): string {
  const [, host] = /^(?:dns:(?:\/\/[^/]*\/)?|ipv[46]:)?([^/,]+)$/.exec(address) ?? []
  if (host === undefined)
    throw new ConfigError('grpc-client.target', 'must be one host, with its port')
  const scheme = credentials._isSecure() ? 'https' : 'http'
  return readSecureUrl(
    `${scheme}://${/:\d+$/.test(host) ? host : `${host}:443`}`,
    'grpc-client.target',
  ).origin
}

function intercept(client: Credentials, origins: ReadonlyMap<string, string>): Interceptor {
  return (options, nextCall) => {
    const call = nextCall(options)
    // Before it starts, a call's peer is the target of its channel.
    const origin = origins.get(call.getPeer()) ?? ''
    const { requestStream, responseStream } = options.method_definition
    const again = requestStream || responseStream ? undefined : new Again(() => nextCall(options))
    const giveUp = new AbortController()
    const signal = AbortSignal.any([giveUp.signal, ...deadlineOf(options.deadline)])
    return new InterceptingCall(call, {
      start: (metadata, listener, next) => {
        const start = (credential: Credential | undefined) => {
          if (!credential) next(metadata, listener)
          else if (!again) next(attach(metadata, credential), listener)
          else
            next(
              attach(metadata, credential),
              retrying({ client, credential, metadata, listener, again }),
            )
        }
        client.credential(origin, signal).then(start, (error: unknown) => {
          listener.onReceiveStatus(statusOf(error))
        })
      },
      sendMessage: (message, next) => {
        if (again) again.message = message
        next(message)
      },
      cancel: (next) => {
        giveUp.abort()
        again?.cancel()
        next()
      },
    })
  }
}

function deadlineOf(deadline: Date | number | undefined): AbortSignal[] {
  const milliseconds = Number(deadline ?? Infinity) - Date.now()
  // A deadline beyond a timer's range counts as none.
  return milliseconds < 2 ** 31 ? [AbortSignal.timeout(Math.max(0, Math.floor(milliseconds)))] : []
}
