import { AuthError, type Refusal } from '../foundation/errors.js'

/**
 * One check of a token, asked by `verify` for its verdict and by `explain` for the rest. `Subject` is what is looked
 * at, `Policy` what it is held against; both have been parsed, and neither is changed.
 */
export interface Check<Subject, Policy> {
  readonly name: string
  /** Where the rule stands. */
  readonly rfc: string
  /** What would pass, as text. */
  expected(policy: Policy): string
  /** What is there, as text: never a signature, never key material. */
  found(subject: Subject): string
  /** The refusal; undefined when the subject passes. */
  refuse(subject: Subject, policy: Policy): Refusal | undefined
}

/**
 * Asks the checks in their order and stops at the first that refuses.
 *
 * @throws AuthError with the refusal's code
 * @example runChecks(headerChecks, header, policy)
 */
export function runChecks<Subject, Policy>(
  checks: readonly Check<Subject, Policy>[],
  subject: Subject,
  policy: Policy,
): void {
  for (const check of checks) {
    const refusal = check.refuse(subject, policy)
    if (refusal) throw new AuthError(refusal.code, refusal)
  }
}

const longestShown = 200

/**
 * A value of the token as an explanation shows it: JSON, cut at 200 characters; `absent` when it isn't there.
 *
 * @example show(['a', 'b']) // '["a","b"]'
 */
export function show(value: unknown): string {
  if (value === undefined) return 'absent'
  const text =
    typeof value === 'bigint'
      ? String(value)
      : JSON.stringify(value, (_, inner: unknown) => plain(inner))
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text
}

function plain(value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
