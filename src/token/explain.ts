import type { ErrorCode } from '../foundation/errors.js'
import type { Step, Taken } from './check.js'
import { startOf, stepsOf, type Passage } from './steps.js'
import type { VerifierPolicy } from './verifier-options.js'

/** One check of one token. Texts are for people; none of them ever holds a signature or key material. */
export interface CheckReport {
  readonly name: string
  readonly verdict: 'pass' | 'fail' | 'not reached'
  /** What would pass; empty when that is not known. */
  readonly expected: string
  /** What the token has; empty when the check was not reached. */
  readonly found: string
  /** Where the rule stands. */
  readonly rfc: string
  /** Of a failed check: the code with which `verify` refuses if no check before fails. */
  readonly code?: ErrorCode
  /** Of a failed check: the claim or header member that failed. */
  readonly claim?: string
}

/** All checks of one token, in the order in which `verify` makes them. */
export interface Explanation {
  /** Whether `verify` accepts the token at this moment. */
  readonly ok: boolean
  /** The code with which `verify` refuses the token: that of the first check that fails. */
  readonly code?: ErrorCode
  readonly checks: readonly CheckReport[]
}

/**
 * Takes every step of a verifier and records its verdict, also after a failed one if the next can still be made.
 * Neither reads nor fills a cache of tokens. Issuers that a function knows are looked up as `verify` does, and count the
 * same.
 *
 * The claims of a token that fails are shown as they are: they say what the token says, not who sent it.
 *
 * @example const { ok, code, checks } = await createExplain(policy)(token)
 */
export function createExplain<C>(
  policy: VerifierPolicy<C>,
): (token: string) => Promise<Explanation> {
  let steps: readonly Step<Passage>[] | undefined
  return async (token) => {
    steps ??= stepsOf(policy)
    const passed = new Set<string>()
    let passage: Passage = { ...startOf(policy, token), passed }
    const checks: CheckReport[] = []
    for (const step of steps) {
      const taken = await step.take(passage)
      const report = reportOf(step, passage, taken)
      checks.push(report)
      if (report.verdict === 'pass') passed.add(step.name)
      if (taken) passage = { ...passage, ...taken.made }
    }
    const code = checks.find(({ verdict }) => verdict === 'fail')?.code
    const ok = checks.every(({ verdict }) => verdict === 'pass')
    return { ok, ...(code === undefined ? {} : { code }), checks }
  }
}

function reportOf(
  step: Step<Passage>,
  passage: Passage,
  taken: Taken<Passage> | undefined,
): CheckReport {
  const { name, rfc } = step
  const expected = step.expected(passage)
  if (!taken) return { name, verdict: 'not reached', expected, found: '', rfc }
  const { found, refusal } = taken
  if (!refusal) return { name, verdict: 'pass', expected, found, rfc }
  return { name, verdict: 'fail', expected, found, rfc, ...refusal }
}
