import { type Site } from './caller.js'

/** What the routes do in every adapter, without cookies. */
export interface Behaviour {
  readonly name: string
  /** Not where a parser of the framework has read the body. */
  readonly ownParser?: true
  readonly run: (site: Site) => Promise<void>
}
