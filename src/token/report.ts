import type { Check } from './check.js'
import { AuthError, type ErrorCode, type Refusal } from '../foundation/errors.js'

/** One check of one token. Texts are for people; none of them ever holds a signature or key material. */
export interface CheckReport {
  readonly name: string
  readonly verdict: 'pass' | 'fail' | 'not reached'
  /** What would pass; empty where that could not be told. */
  readonly expected: string
  /** What the token has; empty when the check was not reached. */
  readonly found: string
  /** Where the rule stands. */
  readonly rfc: string
  /** With a failed check: what `verify` refuses with, were this the first to fail. */
  readonly code?: ErrorCode
  /** With a failed check: the claim or header member that failed. */
  readonly claim?: string
}

/** The whole path of one token, its checks in the order in which `verify` makes them. */
export interface Explanation {
  /** Whether `verify` accepts the token at this moment. */
  readonly ok: boolean
  /** What `verify` refuses the token with: the code of the first check that fails. */
  readonly code?: ErrorCode
  readonly checks: readonly CheckReport[]
}

/** A step that makes something of a token, as an explanation names it. */
export interface Step {
  readonly name: string
  readonly rfc: string
  readonly expected: string
}

/** How a step is taken and what is said of its result. */
interface Taking<In, Out> {
  make(input: In): Out | Promise<Out>
  found(made: Out): string
}

/**
 * Collects verdicts. What a step needs is undefined when a step before it failed; then it was not reached.
 *
 * @example
 * const report = new Report()
 * const header = await report.attempt(step, parts, { make: decode, found: describe })
 * report.ask(headerChecks, header, policy)
 */
export class Report {
  readonly #checks: CheckReport[] = []

  /** Whether nothing has failed or been left out so far. */
  get ok(): boolean {
    return this.#checks.every(({ verdict }) => verdict === 'pass')
  }

  /** Takes one step. An AuthError is its verdict; any other error is a fault and is passed on. */
  async attempt<In, Out>(
    step: Step,
    input: In | undefined,
    taking: Taking<In, Out>,
  ): Promise<Out | undefined> {
    const { name, rfc, expected } = step
    if (input === undefined) {
      this.#checks.push({ name, verdict: 'not reached', expected, found: '', rfc })
      return undefined
    }
    try {
      const made = await taking.make(input)
      this.#checks.push({ name, verdict: 'pass', expected, found: taking.found(made), rfc })
      return made
    } catch (error) {
      if (!(error instanceof AuthError)) throw error
      const found = typeof error.cause === 'string' ? error.cause : error.message
      this.#checks.push({ name, verdict: 'fail', expected, found, rfc, ...refusalOf(error) })
      return undefined
    }
  }

  /** Asks every one of the checks; true when all of them pass. */
  ask<Subject, Policy>(
    checks: readonly Check<Subject, Policy>[],
    subject: Subject | undefined,
    policy: Policy | undefined,
  ): boolean {
    const reports = checks.map((check) => askOne(check, subject, policy))
    this.#checks.push(...reports)
    return reports.every(({ verdict }) => verdict === 'pass')
  }

  explanation(): Explanation {
    const code = this.#checks.find(({ verdict }) => verdict === 'fail')?.code
    return { ok: this.ok, ...(code === undefined ? {} : { code }), checks: this.#checks }
  }
}

function askOne<Subject, Policy>(
  check: Check<Subject, Policy>,
  subject: Subject | undefined,
  policy: Policy | undefined,
): CheckReport {
  const { name, rfc } = check
  const expected = policy === undefined ? '' : check.expected(policy)
  if (subject === undefined || policy === undefined) {
    return { name, verdict: 'not reached', expected, found: '', rfc }
  }
  const refusal = check.refuse(subject, policy)
  const found = check.found(subject)
  if (!refusal) return { name, verdict: 'pass', expected, found, rfc }
  return { name, verdict: 'fail', expected, found, rfc, ...refusal }
}

function refusalOf(error: AuthError): Refusal {
  return error.claim === undefined ? { code: error.code } : { code: error.code, claim: error.claim }
}
