import {
  Metadata,
  status,
  type Interceptor,
  type InterceptingListener,
  type StatusObject,
} from '@grpc/grpc-js'
import { type Credential, type Credentials } from '../../client/credential.js'
import { ClientError } from '../../client/errors.js'

/** The second attempt of a unary call. */
export class Again {
  message: unknown
  readonly #open: () => Call
  #call: Call | undefined

  constructor(open: () => Call) {
    this.#open = open
  }

  send(metadata: Metadata, listener: Partial<InterceptingListener>): void {
    this.#call = this.#open()
    this.#call.start(metadata, listener)
    this.#call.sendMessage(this.message)
    this.#call.halfClose()
  }

  cancel(): void {
    this.#call?.cancelWithStatus(status.CANCELLED, 'Cancelled on client')
  }
}

type Call = ReturnType<Parameters<Interceptor>[1]>

interface Retry {
  readonly client: Credentials
  readonly credential: Credential
  readonly metadata: Metadata
  readonly listener: InterceptingListener
  readonly again: Again
}

/** Holds UNAUTHENTICATED back until it is known whether there is another token. */
export function retrying({ client, credential, metadata, listener, again }: Retry) {
  return {
    onReceiveStatus: (first: StatusObject, next: (status: StatusObject) => void) => {
      if (first.code !== status.UNAUTHENTICATED) {
        next(first)
        return
      }
      const renewed = (other: Credential | undefined) => {
        if (!other) next(first)
        else
          again.send(attach(metadata, other), {
            onReceiveMetadata: (received) => {
              listener.onReceiveMetadata(received)
            },
            onReceiveMessage: (received) => {
              listener.onReceiveMessage(received)
            },
            onReceiveStatus: next,
          })
      }
      const challenge = first.metadata.get('www-authenticate').join(', ')
      client.renew(credential, challenge).then(renewed, (error: unknown) => {
        next(statusOf(error))
      })
    },
  }
}

/** The call's own metadata plus the token; the caller's object stays unchanged. */
export function attach(metadata: Metadata, { fields }: Credential): Metadata {
  const copy = metadata.clone()
  for (const [name, value] of Object.entries(fields)) copy.set(name, value)
  return copy
}

/** The status of a call whose token was unavailable. */
export function statusOf(error: unknown): StatusObject {
  const ended = (code: status, details: string) => ({ code, details, metadata: new Metadata() })
  if (!(error instanceof ClientError))
    return (error as { name?: string } | undefined)?.name === 'TimeoutError'
      ? ended(status.DEADLINE_EXCEEDED, 'Deadline exceeded')
      : ended(status.CANCELLED, 'Cancelled on client')
  const later = error.code === 'REFRESH_UNAVAILABLE'
  return ended(later ? status.UNAVAILABLE : status.UNAUTHENTICATED, error.message)
}
