import { type Responder, type ServerListener } from '@grpc/grpc-js'

/** One call: whether it has ended, how to end its watch, and its context. */
export interface State {
  isOver: boolean
  stop: () => void
  keep: (fn: () => void) => void
}

/**
 * Marks a call as ended, and ends its watch.
 *
 * @example finish(state)
 */
export function finish(state: State): void {
  state.isOver = true
  state.stop()
}

/**
 * After this side has ended a call, its handler receives nothing more; until then it receives everything in the
 * context.
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
 * Drops everything that a handler sends after the end of its call.
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
