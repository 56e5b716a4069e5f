import { within } from '../foundation/deadline.js'
import { AuthError } from '../foundation/errors.js'
import {
  count,
  type OptionTable,
  type OptionValues,
  readOptions,
  seconds,
} from '../foundation/options.js'
import { LookupBudget } from './lookup-budget.js'
import { NewestEntries } from './newest-entries.js'
import type { IssuerFinder, IssuerFunction, IssuerPolicy, LookupLimits } from './trusted-issuers.js'

/** Limits of the look-ups. */
export const lookupTable = {
  trustFor: seconds({ default: 60, least: 1, most: 3600 }),
  perMinute: count({ default: 600, most: 1_000_000 }),
  known: count({ default: 10_000, most: 1_000_000 }),
} satisfies OptionTable<keyof LookupLimits>

/** The limits, with the defaults filled in. */
export type LookupValues = OptionValues<typeof lookupTable>

/** @throws ConfigError naming the limit */
export function readLookups(given: unknown, option: string): LookupValues {
  return readOptions(option, lookupTable, given)
}

/** What an {@link IssuerLookup} works with. */
export interface LookupPolicy {
  readonly ask: IssuerFunction
  /** Makes the policy of an answer; throws a ConfigError for one that a static entry could not be. */
  readonly toPolicy: (issuer: string, answer: unknown) => IssuerPolicy
  readonly limits: LookupValues
  /** Unix seconds. */
  readonly now: () => number
}

/** A known issuer. */
interface Known {
  readonly policy: IssuerPolicy
  readonly trusted: Period
  /** After a failed look-up. */
  readonly pause?: Period
}

/** Unix seconds. */
interface Period {
  readonly from: number
  readonly until: number
}

/** How long the function may take before the issuer counts as unavailable (503). */
const deadlineMs = 5000
/** Seconds after a failure until a known issuer is asked for again. */
const pauseAfterFailure = 1
/** Seconds for which an issuer that the function does not know is refused without asking again. */
const unknownFor = 30
const mostUnknown = 1000

/**
 * The issuers that a function knows, by name. Every answer is kept for a time; issuers that are known and issuers that
 * are not are kept apart, so that invented names never evict a known issuer.
 *
 * The name comes from a token that has not been verified. So the function is only asked with the canonical text of an
 * https URL, once at a time for each name, and for at most so many names a minute that are not known; asking again for
 * known ones does not count. If it throws, hangs or gives a wrong answer, the issuer's tokens are refused with 503,
 * even when the issuer was known before.
 *
 * @example const lookup = new IssuerLookup({ ask: (issuer) => tenants.get(issuer), toPolicy, limits, now })
 */
export class IssuerLookup implements IssuerFinder {
  readonly #policy: LookupPolicy
  readonly #budget: LookupBudget
  readonly #known: NewestEntries<Known>
  readonly #unknown = new NewestEntries<Period>(mostUnknown)
  readonly #flights = new Map<string, Promise<IssuerPolicy>>()

  constructor(policy: LookupPolicy) {
    this.#policy = policy
    this.#budget = new LookupBudget(policy.limits.perMinute)
    this.#known = new NewestEntries(policy.limits.known)
  }

  find(issuer: unknown): IssuerPolicy | Promise<IssuerPolicy> {
    const now = this.#policy.now()
    const known = this.#known.get(issuer)
    if (known && isWithin(known.trusted, now)) return known.policy
    if (!isAskable(issuer) || isWithin(this.#unknown.get(issuer), now)) throw mismatch()
    return this.#flights.get(issuer) ?? this.#start(issuer, { known, now })
  }

  isCurrent(policy: IssuerPolicy): boolean {
    const known = this.#known.get(policy.claims.issuer?.[0])
    return known?.policy === policy && isWithin(known.trusted, this.#policy.now())
  }

  /** Starts a look-up, unless one failed a moment ago or there were too many. */
  #start(
    given: string,
    { known, now }: { readonly known: Known | undefined; readonly now: number },
  ): Promise<IssuerPolicy> {
    if (isWithin(known?.pause, now)) throw unavailable(pauseAfterFailure)
    const wait = known ? 0 : this.#budget.take(now)
    if (wait > 0) throw unavailable(wait, new Error('over the look-ups of one minute'))
    // A copy: a slice would keep the whole token it was cut from.
    const issuer = Buffer.from(given, 'latin1').toString('latin1')
    const flight = this.#lookUp(issuer, now).finally(() => this.#flights.delete(issuer))
    this.#flights.set(issuer, flight)
    return flight
  }

  async #lookUp(issuer: string, now: number): Promise<IssuerPolicy> {
    const policy = await this.#ask(issuer, now)
    if (!policy) {
      this.#known.delete(issuer)
      this.#unknown.set(issuer, { from: now, until: now + unknownFor })
      throw mismatch()
    }
    // Counted from the question: the answer may have been made long before it came.
    const trusted = { from: now, until: now + this.#policy.limits.trustFor }
    this.#known.set(issuer, { policy, trusted })
    return policy
  }

  /** The policy of the answer; undefined when the function does not know the issuer. */
  async #ask(issuer: string, now: number): Promise<IssuerPolicy | undefined> {
    const { ask, toPolicy } = this.#policy
    const deadline = new AbortController()
    const late = () => {
      const error = new Error('the issuers function did not answer in time')
      deadline.abort(error)
      return error
    }
    try {
      const answer = await within(deadlineMs, () => ask(issuer, deadline.signal), { late })
      return answer === undefined || answer === null ? undefined : toPolicy(issuer, answer)
    } catch (error) {
      this.#pause(issuer, now)
      throw unavailable(pauseAfterFailure, error)
    }
  }

  #pause(issuer: string, from: number): void {
    const known = this.#known.get(issuer)
    const pause = { from, until: from + pauseAfterFailure }
    if (known) this.#known.set(issuer, { ...known, pause })
  }
}

/** Characters; longer ones are no issuer that anyone uses. */
const longestIssuer = 512

/**
 * Whether a function may be asked about an issuer: an https URL without user, query and fragment (OpenID Connect
 * Discovery section 2), in its canonical spelling. Then an address made by appending to it is below it: another
 * spelling, such as `https://a.example/tenants/../files`, would be fetched from elsewhere than it says.
 */
function isAskable(issuer: unknown): issuer is string {
  if (typeof issuer !== 'string' || issuer.length > longestIssuer) return false
  if (!/^https:\/\/[^?#@%]+$/.test(issuer) || !URL.canParse(issuer)) return false
  const { href } = new URL(issuer)
  return href === issuer || href === `${issuer}/`
}

/** A clock that was put back ends every period. */
function isWithin(period: Period | undefined, now: number): boolean {
  return period !== undefined && now >= period.from && now < period.until
}

function mismatch(): AuthError {
  return new AuthError('ISSUER_MISMATCH', { claim: 'iss' })
}

function unavailable(retryAfter: number, cause?: unknown): AuthError {
  return new AuthError('KEYS_UNAVAILABLE', { retryAfter }, { cause })
}
