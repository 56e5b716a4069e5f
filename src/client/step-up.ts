import { type Credential } from './credential.js'
import { type Grant, type TokenSource } from './source.js'

/** The login that a server asks for (RFC 9470 section 3). */
export interface StepUpWanted {
  /** Values of `acr` of which one is needed, the preferred one first; undefined: any. */
  readonly acrValues: readonly string[] | undefined
  /** The most seconds since the login; undefined: any. */
  readonly maxAge: number | undefined
}

/** Has the user log in again; resolves when that has happened, and rejects when it does not. */
export type OnStepUp = (wanted: StepUpWanted) => Promise<unknown>

/** The step-ups of one client: one at a time, for any number of calls. */
export interface StepUps {
  /** How many have been made. */
  readonly count: number
  /** The token of the same subject after a step-up; undefined without one. */
  after(refused: Credential, wanted: StepUpWanted): Promise<Grant | undefined>
}

/**
 * Reads the challenge of RFC 9470 section 3 out of a `WWW-Authenticate` field; undefined when it asks for no other login.
 *
 * @example readStepUp('Bearer error="insufficient_user_authentication", max_age="300"')?.maxAge // 300
 */
export function readStepUp(field: string | null | undefined): StepUpWanted | undefined {
  if (!field?.includes('insufficient_user_authentication')) return undefined
  const age = /max_age="?(\d+)/.exec(field)
  return {
    acrValues: /acr_values="([^"]+)/.exec(field)?.[1]?.split(' '),
    maxAge: age ? Number(age[1]) : undefined,
  }
}

/**
 * Calls `onStepUp` once for all calls that are refused until it has ended. A call that was sent before the last step-up needs
 * none.
 *
 * @example const stepUps = createStepUps(source, onStepUp)
 */
export function createStepUps(source: TokenSource, onStepUp: OnStepUp): StepUps {
  let flight: Promise<unknown> | undefined
  const made = {
    count: 0,
    after: async ({ grant, target, stepUps }: Credential, wanted: StepUpWanted) => {
      if (stepUps === made.count) {
        flight ??= Promise.resolve(wanted)
          .then(onStepUp)
          .then(
            () => made.count++,
            // The user does not want to: the refusal stands.
            () => undefined,
          )
          .then(() => (flight = undefined))
        await flight
        if (stepUps === made.count) return undefined
      }
      const other = await source.grant(target)
      return subjectOf(other) === subjectOf(grant) ? other : undefined
    },
  }
  return made
}

/** Unverified, and only compared: the call of one user is not sent in the name of the next. */
function subjectOf({ token = '' }: Grant): unknown {
  try {
    const payload = token.split('.')[1] ?? ''
    const binary = atob(payload.replaceAll('-', '+').replaceAll('_', '/'))
    return (JSON.parse(binary) as { sub?: unknown }).sub // null throws
  } catch {
    // No JWT.
    return undefined
  }
}
