import type { Answer, Question } from '../fleet/asking.js'
import type { Fleet } from '../fleet/fleet.js'
import type { Pair } from '../pair.js'
import type { PhaseRecord } from './record.js'

/** An account, the address its requests come from, and its session. */
export interface Person {
  readonly username: string
  readonly address: string
  /** Of the first-party client where absent. */
  readonly clientId?: string
  /** Where what an administrator does to it can end it: an honest one is never logged out by anything else. */
  readonly isHonest: boolean
  id: string
  password: string
  session: Session | undefined
  /** While an act of it, or with it, is under way. */
  isBusy: boolean
}

/** What a person holds. */
export interface Session extends Pair {
  /** When its access token was issued, by `performance.now()`. */
  readonly since: number
}

/** What one phase, the baseline or the siege, happens to. */
export interface World {
  readonly fleet: Fleet
  readonly honest: Person[]
  readonly admins: Person[]
  /** Whose requests stand in the baseline for those of attackers. */
  readonly fillers: Person[]
  /** An app that may read invoices and nothing here. */
  readonly appId: string
  readonly random: () => number
  readonly record: PhaseRecord
  /** Through the balancer. */
  readonly ask: (question: Question) => Promise<Answer>
  /** Makes an account for an attacker. */
  readonly makeAttacker: (name: string, more?: MoreOfPerson) => Promise<Person>
  /** Whether the time of the phase is over: nothing begins any more. */
  readonly isOver: () => boolean
  readonly start: (seconds: number) => void
  /** What has to end before the phase does. */
  readonly later: Promise<unknown>[]
  /** Closes what attackers have left open. */
  readonly cleanUp: (() => void)[]
}

/** See {@link World.makeAttacker}. */
export interface MoreOfPerson {
  readonly clientId?: string
  readonly roles?: readonly string[]
}
