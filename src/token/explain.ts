import { claimsChecks, typesCheck } from './claims.js'
import { show } from './check.js'
import { findKey } from './find-key.js'
import { headerChecks, jwsHeaderChecks, type PinnedHeader } from './header.js'
import { pickIssuer, type IssuerPolicy } from './trusted-issuers.js'
import { Report, type Explanation, type Step } from './report.js'
import { applySchema } from './schema.js'
import { checkSignature } from './signature-check.js'
import {
  checkLength,
  decodeHeader,
  decodePayload,
  splitCompact,
  type Claims,
  type CompactParts,
  type JoseHeader,
} from './token.js'
import type { VerifierPolicy } from './verifier-options.js'

type Payload = Readonly<Record<string, unknown>>

/**
 * The path of `verify` once more, for people: every check with its verdict, going on past a failed one where the next
 * can still be made. It asks the same checks and takes the same steps, and neither reads nor fills a cache.
 *
 * A claim of a token that fails is shown as it stands there: it says what the token says, not who sent it.
 *
 * @example const { ok, code, checks } = await createExplain(policy)(token)
 */
export function createExplain<C>(
  policy: VerifierPolicy<C>,
): (token: string) => Promise<Explanation> {
  return async (token) => {
    const report = new Report()
    const parts = await splitToken(report, policy, token)
    const header = await report.attempt(steps.header, parts, {
      make: ({ header }) => decodeHeader(header),
      found: (header) => Object.keys(header).join(', '),
    })
    const { issuer, early } = await choose(report, policy, parts)
    await checkSigned(report, { parts, header, issuer })
    const payload = early ?? (await readPayload(report, policy, parts))
    const claims = checkPayload(report, policy, { issuer, payload })
    await report.attempt(schemaStep(policy), report.ok ? claims : undefined, {
      make: async (claims) => policy.schema && (await applySchema(policy.schema, claims)),
      found: () => (policy.schema ? 'fits' : 'not asked for'),
    })
    return report.explanation()
  }
}

const steps = {
  shape: {
    name: 'shape',
    rfc: 'RFC 7515 section 7.1',
    expected: 'three parts of ASCII text, none of the first two empty',
  },
  header: {
    name: 'header',
    rfc: 'RFC 7515 section 5.2',
    expected: 'canonical base64url of one strict JSON object',
  },
  payload: {
    name: 'payload',
    rfc: 'RFC 7519 section 7.2',
    expected: 'canonical base64url of one strict JSON object',
  },
  issuer: {
    name: 'issuer',
    rfc: 'RFC 8725 section 3.8',
    expected: 'one of the configured issuers',
  },
  key: { name: 'key', rfc: 'RFC 7515 section 5.2', expected: 'a key for alg and kid' },
  signature: { name: 'signature', rfc: 'RFC 7515 section 5.2', expected: 'made with this key' },
} as const satisfies Record<string, Step>

function lengthStep(maxLength: number): Step {
  const expected = `at most ${String(maxLength)} characters`
  return { name: 'length', rfc: 'none: a limit of this verifier', expected }
}

function schemaStep<C>(policy: VerifierPolicy<C>): Step {
  const expected = policy.schema ? 'claims that fit the schema' : 'any claims'
  return { name: 'claims schema', rfc: 'RFC 7519 section 4.3', expected }
}

async function splitToken<C>(
  report: Report,
  policy: VerifierPolicy<C>,
  token: unknown,
): Promise<CompactParts | undefined> {
  const text = await report.attempt(
    lengthStep(policy.maxLength),
    { token },
    {
      make: ({ token }) => {
        checkLength(token, policy.maxLength)
        return token
      },
      found: (text) => `${String(text.length)} characters`,
    },
  )
  return report.attempt(steps.shape, text, { make: splitCompact, found: () => 'as expected' })
}

/** With several issuers the payload is read early, because its unverified `iss` says whose keys to use. */
async function choose<C>(
  report: Report,
  policy: VerifierPolicy<C>,
  parts: CompactParts | undefined,
): Promise<{ issuer: IssuerPolicy | undefined; early?: Payload | undefined }> {
  const { issuers } = policy
  if (issuers.kind === 'one') return { issuer: issuers.issuer }
  const early = await readPayload(report, policy, parts)
  const issuer = await report.attempt(steps.issuer, early, {
    make: (payload) => pickIssuer(issuers.byName, payload),
    found: () => show(early?.['iss']),
  })
  return { issuer, early }
}

function readPayload<C>(
  report: Report,
  policy: VerifierPolicy<C>,
  parts: CompactParts | undefined,
): Promise<Payload | undefined> {
  return report.attempt(steps.payload, parts, {
    make: ({ payload }) => decodePayload(payload, policy),
    found: (payload) => Object.keys(payload).join(', '),
  })
}

/** A key is looked up only for a header that a key source may be shown; `typ` and `cty` decide nothing there. */
async function checkSigned(
  report: Report,
  token: {
    parts: CompactParts | undefined
    header: JoseHeader | undefined
    issuer: IssuerPolicy | undefined
  },
): Promise<void> {
  const { parts, header, issuer } = token
  const passed = report.ask(jwsHeaderChecks, header, issuer?.header)
  report.ask(headerChecks.slice(jwsHeaderChecks.length), header, issuer?.header)
  const pinned =
    passed && issuer ? { header: header as PinnedHeader, keys: issuer.keys } : undefined // alg has passed
  const key = await report.attempt(steps.key, pinned, {
    make: ({ header, keys }) => findKey(keys, header),
    found: () => `kid ${show(header?.kid)}`,
  })
  await report.attempt(steps.signature, parts && key ? { parts, key } : undefined, {
    make: ({ parts, key }) => {
      checkSignature(parts, key)
      return true
    },
    found: () => 'matches',
  })
}

function checkPayload<C>(
  report: Report,
  policy: VerifierPolicy<C>,
  token: { issuer: IssuerPolicy | undefined; payload: Payload | undefined },
): Claims | undefined {
  const { issuer, payload } = token
  const moment = issuer && payload ? { policy: issuer.claims, now: policy.now() } : undefined
  const typed = report.ask([typesCheck], payload, moment)
  const claims: Claims | undefined = typed ? payload : undefined
  report.ask(claimsChecks, claims, moment)
  return claims
}
