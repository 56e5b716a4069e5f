import { type Responder, type ServerListener } from '@grpc/grpc-js'

/** One call: whether it has ended, what ends the watch over it, and its context. */
export interface State {
  isOver: boolean
  stop: () => void
  keep: (fn: () => void) => void
}

/**
 * Marks a call as ended, and its watch with it.
 *
 * @example finish(state)
 */
export function finish(state: State): void {
  state.isOver = true
  state.stop()
}

/**
 * Nothing more reaches a handler whose call was ended from here, and all that does reaches it in the context.
 *
 * @example const listener = { ...listenerOf(state), onReceiveMetadata }
 */
export function listenerOf(state: State): Omit<ServerListener, 'onReceiveMetadata'> {
  return {
    onReceiveMessage: (message, next) => {
      if (state.isOver) return
      state.keep(() => {
        next(message)
      })
    },
    onReceiveHalfClose: (next) => {
      if (!state.isOver) state.keep(next)
    },
    onCancel: () => {
      finish(state)
    },
  }
}

/**
 * What a handler still sends after that goes nowhere.
 *
 * @example new ServerInterceptingCall(call, { ...responderOf(state), start })
 */
export function responderOf(state: State): Omit<Responder, 'start'> {
  return {
    sendMetadata: (metadata, next) => {
      if (!state.isOver) next(metadata)
    },
    sendMessage: (message, next) => {
      if (!state.isOver) next(message)
    },
    sendStatus: (sent, next) => {
      if (state.isOver) return
      finish(state)
      next(sent)
    },
  }
}
