import { type Sessions } from 'jotgate'
import { type Users } from './users.js'

/** What the handlers work with. */
export interface Services {
  readonly users: Users
  readonly sessions: Sessions
}
