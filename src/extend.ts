/**
 * For those who write adapters, stores and key sources of their own: the ports, and the parts that every one of them
 * needs. Applications have no use for it.
 */

export { askStore, isLate, unavailable } from './foundation/ask-store.js'
export { within, type Deadline } from './foundation/deadline.js'
export { notify } from './foundation/listener.js'
export { isScopeToken, isStorableName, isText } from './foundation/names.js'
