import { AuthError, type Refusal } from '../foundation/errors.js'

/**
 * One check of a token: `verify` asks for its verdict, `explain` for the rest. `Subject` is the part of the token that
 * is checked, `Policy` what it is checked against. Both have been parsed, and neither is changed.
 */
export interface Check<Subject, Policy> {
  readonly name: string
  /** Where the rule stands. */
  readonly rfc: string
  /** What would pass, as text. */
  expected(policy: Policy): string
  /** What the token has, as text: never a signature, never key material. */
  found(subject: Subject): string
  /** The refusal; undefined when the subject passes. */
  refuse(subject: Subject, policy: Policy): Refusal | undefined
}

/** One step on the way of a token, as an explanation reports it. `Passage` is what the steps before it made. */
export interface Step<Passage> {
  readonly name: string
  readonly rfc: string
  /** What would pass; empty while it depends on a step that failed. */
  expected(passage: Passage): string
  /** Takes the step; undefined when a step that it needs has failed. */
  take(passage: Passage): Taken<Passage> | undefined | Promise<Taken<Passage> | undefined>
}

/** The result of a step. */
export interface Taken<Passage> {
  readonly found: string
  readonly refusal?: Refusal
  /** What it adds for the steps after it. */
  readonly made?: Partial<Passage>
}

/** Where a check finds its two sides; undefined while a step that makes them has failed. */
export interface Sides<Passage, Subject, Policy> {
  subject(passage: Passage): Subject | undefined
  policy(passage: Passage): Policy | undefined
}

/** A check as a step. */
export function checkStep<Passage, Subject, Policy>(
  check: Check<Subject, Policy>,
  sides: Sides<Passage, Subject, Policy>,
): Step<Passage> {
  const { name, rfc } = check
  return {
    name,
    rfc,
    expected: (passage) => {
      const policy = sides.policy(passage)
      return policy === undefined ? '' : check.expected(policy)
    },
    take: (passage) => {
      const subject = sides.subject(passage)
      const policy = sides.policy(passage)
      if (subject === undefined || policy === undefined) return undefined
      const refusal = check.refuse(subject, policy)
      return { found: check.found(subject), ...(refusal && { refusal }) }
    },
  }
}

/** A step that makes something of a token, or throws an AuthError. */
export interface Making<Passage, In, Out extends Partial<Passage>> {
  readonly name: string
  readonly rfc: string
  readonly expected: string
  needs(passage: Passage): In | undefined
  make(input: In): Out | Promise<Out>
  found(made: Out): string
}

/** A step that makes something. Its AuthError is its verdict; any other error is a fault and is passed on. */
export function makingStep<Passage, In, Out extends Partial<Passage>>(
  making: Making<Passage, In, Out>,
): Step<Passage> {
  const { name, rfc, expected } = making
  return {
    name,
    rfc,
    expected: () => expected,
    take: async (passage) => {
      const input = making.needs(passage)
      if (input === undefined) return undefined
      try {
        const made = await making.make(input)
        return { found: making.found(made), made }
      } catch (error) {
        if (!(error instanceof AuthError)) throw error
        const { code, claim, cause, message } = error
        return {
          found: typeof cause === 'string' ? cause : message,
          refusal: claim === undefined ? { code } : { code, claim },
        }
      }
    },
  }
}

const longestShown = 200

/**
 * A value of the token as an explanation shows it: JSON, cut at 200 characters; `absent` when it is missing.
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
