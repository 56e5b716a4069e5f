import type { Key } from '../key/key.js'
import { checkStep, makingStep, show, type Step } from './check.js'
import { claimsChecks, typesCheck, type ClaimsMoment } from './claims.js'
import { findKey } from './key-source.js'
import { headerChecks, jwsHeaderChecks, withoutKeyHints, type PinnedHeader } from './header.js'
import {
  checkLength,
  checkSignature,
  decodeHeader,
  decodePayload,
  splitCompact,
  type CompactParts,
} from './jws.js'
import { applySchema } from './schema.js'
import type { Claims, JoseHeader } from './token.js'
import { pickIssuer, type IssuerPolicy, type IssuersByName } from './trusted-issuers.js'
import type { VerifierPolicy } from './verifier-options.js'

/** What the steps so far have made of one token. */
export interface Passage {
  readonly token: unknown
  /** The names of the steps that passed. */
  readonly passed: ReadonlySet<string>
  readonly text?: string
  readonly parts?: CompactParts
  readonly header?: JoseHeader
  readonly issuer?: IssuerPolicy
  readonly keys?: Key | readonly Key[]
  readonly payload?: Readonly<Record<string, unknown>>
  readonly moment?: ClaimsMoment
}

/** The passage before the first step. With one issuer it is known from the start; with several `iss` chooses one. */
export function startOf<C>({ issuers }: VerifierPolicy<C>, token: unknown): Passage {
  const start: Passage = { token, passed: new Set() }
  return issuers.kind === 'one' ? { ...start, issuer: issuers.issuer } : start
}

/**
 * The way of a token through a verifier: every step, in order. `explain` takes all of them. `verify` is the same list
 * written out, and stops at the first step that refuses; `test/token/verify/steps.test.ts` proves that it is the same.
 *
 * @example for (const step of stepsOf(policy)) await step.take(passage)
 */
export function stepsOf<C>(policy: VerifierPolicy<C>): readonly Step<Passage>[] {
  const { issuers } = policy
  const cut = [lengthStep(policy.maxLength), shapeStep, headerStep]
  const signed = [...headerSteps, keyStep, signatureStep]
  const payload = payloadStep(policy.bigints)
  const claims = [typesStep(policy.now), ...claimsSteps]
  const steps =
    issuers.kind === 'one'
      ? [...cut, ...signed, payload, ...claims]
      : [...cut, payload, issuerStep(issuers), ...signed, ...claims]
  return [...steps, schemaStep(policy, steps)]
}

function lengthStep(maxLength: number): Step<Passage> {
  return makingStep({
    name: 'length',
    rfc: 'none: a limit of this verifier',
    expected: `at most ${String(maxLength)} characters`,
    needs: ({ token }: Passage) => ({ token }),
    make: ({ token }) => {
      checkLength(token, maxLength)
      return { text: token }
    },
    found: ({ text }) => `${String(text.length)} characters`,
  })
}

const shapeStep = makingStep({
  name: 'shape',
  rfc: 'RFC 7515 section 7.1',
  expected: 'three parts of ASCII text, none of the first two empty',
  needs: ({ text }: Passage) => text,
  make: (text) => ({ parts: splitCompact(text) }),
  found: () => 'as expected',
})

const headerStep = makingStep({
  name: 'header',
  rfc: 'RFC 7515 section 5.2',
  expected: 'canonical base64url of one strict JSON object',
  needs: ({ parts }: Passage) => parts,
  make: (parts) => ({ header: decodeHeader(parts.header) }),
  found: ({ header }) => Object.keys(header).join(', '),
})

function payloadStep(bigints: boolean): Step<Passage> {
  return makingStep({
    name: 'payload',
    rfc: 'RFC 7519 section 7.2',
    expected: 'canonical base64url of one strict JSON object',
    needs: ({ parts }: Passage) => parts,
    make: (parts) => ({ payload: decodePayload(parts.payload, { bigints }) }),
    found: ({ payload }) => Object.keys(payload).join(', '),
  })
}

/** With several issuers the unverified `iss` says whose keys to use, so the payload is read before this step. */
function issuerStep(issuers: IssuersByName): Step<Passage> {
  return makingStep({
    name: 'issuer',
    rfc: 'RFC 8725 section 3.8',
    expected:
      issuers.kind === 'asked'
        ? 'an https URL that the issuers function knows'
        : 'one of the configured issuers',
    needs: ({ payload }: Passage) => payload,
    make: async (payload) => ({ payload, issuer: await pickIssuer(issuers, payload) }),
    found: ({ payload }) => show(payload['iss']),
  })
}

const headerSteps = headerChecks.map((check) =>
  checkStep(check, {
    subject: ({ header }: Passage) => header,
    policy: ({ issuer }) => issuer?.header,
  }),
)

/** A key is looked up only for a header that a key source may see; `typ` and `cty` decide nothing there. */
const keyStep = makingStep({
  name: 'key',
  rfc: 'RFC 7515 section 5.2',
  expected: 'a key for alg and kid',
  needs: ({ header, issuer, passed }: Passage) =>
    header && issuer && jwsHeaderChecks.every(({ name }) => passed.has(name))
      ? { header: withoutKeyHints(header as PinnedHeader), issuer } // alg has passed
      : undefined,
  make: async ({ header, issuer }) => ({ header, keys: await findKey(issuer.keys, header) }),
  found: ({ header }) => `kid ${show(header.kid)}`,
})

const signatureStep = makingStep({
  name: 'signature',
  rfc: 'RFC 7515 section 5.2',
  expected: 'made with this key',
  needs: ({ parts, keys }: Passage) => (parts && keys ? { parts, keys } : undefined),
  make: ({ parts, keys }) => ({ keys: checkSignature(parts, keys) }),
  found: () => 'matches',
})

/** Reads the clock, once for this step and all that follow. */
function typesStep(now: () => number): Step<Passage> {
  const step = checkStep(typesCheck, {
    subject: ({ payload }: Passage) => payload,
    policy: ({ issuer, payload }) => payload && issuer?.claims,
  })
  return {
    ...step,
    take: async (passage) => {
      const taken = await step.take(passage)
      const policy = passage.issuer?.claims
      return taken && policy && { ...taken, made: { moment: { policy, now: now() } } }
    },
  }
}

const claimsSteps = claimsChecks.map((check) =>
  checkStep(check, {
    subject: ({ payload, passed }: Passage): Claims | undefined =>
      passed.has(typesCheck.name) ? payload : undefined,
    policy: ({ moment }) => moment,
  }),
)

/** A schema sees only the claims of a token that passed every step before. */
function schemaStep<C>(
  { schema }: VerifierPolicy<C>,
  before: readonly Step<Passage>[],
): Step<Passage> {
  return makingStep({
    name: 'claims schema',
    rfc: 'RFC 7519 section 4.3',
    expected: schema ? 'claims that fit the schema' : 'any claims',
    needs: ({ payload, passed }: Passage) =>
      before.every(({ name }) => passed.has(name)) ? payload : undefined,
    make: async (payload) => {
      if (schema) await applySchema(schema, payload)
      return {}
    },
    found: () => (schema ? 'fits' : 'not asked for'),
  })
}
