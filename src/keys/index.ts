export { staticKeys } from './static.js'
export { localJwks, type LocalJwksOptions } from './local-jwks.js'
export {
  remoteJwks,
  type RemoteJwks,
  type RemoteJwksEvent,
  type RemoteJwksOptions,
  type RemoteJwksStatus,
} from './remote-jwks.js'
export { publishedSet, type PublishedSet } from './published.js'
