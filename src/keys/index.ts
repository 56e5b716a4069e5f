export { staticKeys } from './static.js'
export { publishedSet, type PublishedSet } from './published.js'
