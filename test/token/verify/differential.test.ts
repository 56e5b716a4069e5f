import { createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import { jwtVerify } from 'jose'
import jsonwebtoken from 'jsonwebtoken'
import { afterAll, describe, expect, test } from 'vitest'
import { seed } from '../../setup/seed.js'
import {
  audience,
  forge,
  issuer,
  now,
  secret,
  verifierWith,
  withClaims,
  withHeader,
  withRawClaims,
} from './forge.js'
import { mutations } from './mutations.js'

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 15_000)

const verify = verifierWith()
const material = createSecretKey(secret)

const peers: Record<string, (token: string) => unknown> = {
  jose: (token) =>
    jwtVerify(token, material, {
      algorithms: ['HS256'],
      issuer,
      audience,
      clockTolerance: 60,
      currentDate: new Date(now * 1000),
    }),
  jsonwebtoken: (token) =>
    jsonwebtoken.verify(token, material, {
      algorithms: ['HS256'],
      issuer,
      audience,
      clockTolerance: 60,
      clockTimestamp: now,
    }),
}

interface Seen {
  readonly token: string
  readonly headerText: string
  readonly claimsText: string
  readonly header: Record<string, unknown>
  readonly claims: Record<string, unknown>
}

/** Why this verifier refuses what another takes; the first class that fits counts. Each with a token that is in it. */
const classes: readonly {
  readonly name: string
  readonly example: string
  readonly holds: (seen: Seen) => boolean
}[] = [
  {
    name: 'white space, or bits left over in base64url (RFC 7515 section 2)',
    example: forge().replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1)),
    holds: ({ token }) =>
      token
        .split('.')
        .some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part),
  },
  {
    name: 'a byte order mark (RFC 8259 section 8.1)',
    example: forge({
      payload: `\ufeff${JSON.stringify({ iss: issuer, aud: audience, exp: now })}`,
    }),
    holds: ({ headerText, claimsText }) => /^\ufeff/.test(headerText) || /^\ufeff/.test(claimsText),
  },
  {
    name: 'a member named twice (RFC 7515 section 4, RFC 7519 section 4)',
    example: withRawClaims('"sub":"u2"'),
    holds: ({ headerText, claimsText }) => namesTwice(headerText) || namesTwice(claimsText),
  },
  {
    name: 'a member named __proto__ (RFC 8259 section 4)',
    example: withRawClaims('"__proto__":1'),
    holds: ({ header, claims }) => hasPrototype(header) || hasPrototype(claims),
  },
  {
    name: 'a number that a double cannot hold (RFC 8259 section 6)',
    example: withRawClaims('"x":9007199254740993'),
    holds: ({ header, claims }) => hasHugeNumber(header) || hasHugeNumber(claims),
  },
  {
    name: 'nested too deep (RFC 8259 section 9)',
    example: withRawClaims(`"x":${'['.repeat(40)}${']'.repeat(40)}`),
    holds: ({ header, claims }) => depthOf(header) > 8 || depthOf(claims) > 32,
  },
  {
    name: 'critical or encrypted header (RFC 7515 section 4.1.11)',
    example: withHeader({ zip: 'DEF' }),
    holds: ({ header }) => ['crit', 'b64', 'enc', 'zip'].some((name) => name in header),
  },
  {
    name: 'kid of the wrong type or length (RFC 7515 section 4.1.4)',
    example: withHeader({ kid: 1 }),
    holds: ({ header }) => 'kid' in header && !isName(header['kid'], 256, 0),
  },
  {
    name: 'another kind of token (RFC 8725 section 3.11)',
    example: withHeader({ typ: 'logout+jwt' }),
    holds: ({ header }) =>
      'typ' in header &&
      !(typeof header['typ'] === 'string' && /^(application\/)?(at\+)?jwt$/i.test(header['typ'])),
  },
  {
    name: 'a token inside the token (RFC 7519 section 5.2)',
    example: withHeader({ cty: 'JWT' }),
    holds: ({ header }) => 'cty' in header,
  },
  {
    name: 'no exp (RFC 9068 section 2.2)',
    example: withClaims({ exp: undefined }),
    holds: ({ claims }) => !('exp' in claims),
  },
  {
    name: 'a registered claim of the wrong type (RFC 7519 section 4.1)',
    example: withClaims({ sub: { name: 'u1' } }),
    holds: ({ claims }) =>
      ['exp', 'nbf', 'iat'].some((name) => name in claims && typeof claims[name] !== 'number') ||
      ('sub' in claims && !isName(claims['sub'], 1024, 1)) ||
      ('jti' in claims && !isName(claims['jti'], 1024, 1)) ||
      typeof claims['iss'] !== 'string',
  },
  {
    name: 'an audience that is not text (RFC 7519 section 4.1.3)',
    example: withClaims({ aud: [audience, 1] }),
    holds: ({ claims }) => [claims['aud']].flat().some((aud) => !isName(aud, 1024, 1)),
  },
  {
    name: 'issued in the future (RFC 7519 section 4.1.6)',
    example: withClaims({ iat: now + 61 }),
    holds: ({ claims }) => Number(claims['iat']) > now + 60,
  },
]

describe('against jose and jsonwebtoken with the same policy', () => {
  const counts: Record<string, Record<string, number>> = {}
  let accepted = 0
  afterAll(() => {
    const report = JSON.stringify({ accepted, ...counts }, null, 1)
    console.log(`differential: ${String(numRuns)} runs, seed ${String(seed)}: ${report}`)
  })

  async function compare(token: string): Promise<void> {
    const ours = await accepts(verify, token)
    if (ours) accepted++
    for (const [peer, theirs] of Object.entries(peers)) {
      const taken = await accepts(theirs, token)
      if (ours && !taken) throw new Error(`${peer} refuses what we accept`)
      if (ours || !taken) continue
      const named = classes.find(({ holds }) => holds(lookInto(token)))
      if (!named) throw new Error(`${peer} accepts, and we refuse for a reason without a name`)
      const count = (counts[peer] ??= {})
      count[named.name] = (count[named.name] ?? 0) + 1
    }
  }

  test(
    'jose and jsonwebtoken accept every token that verify accepts, and every other difference has a named reason',
    { timeout: 0 },
    async () => {
      for (const { example } of classes) await compare(example)
      await fc.assert(
        fc.asyncProperty(mutations, ({ token }) => compare(token)),
        { numRuns },
      )
      expect(accepted).toBeGreaterThan(numRuns * 0.05)
      for (const { name } of classes) {
        const held = Object.values(counts).map((count) => count[name] ?? 0)
        expect(Math.max(...held), name).toBeGreaterThanOrEqual(1)
        expect(Math.max(...held), name).toBeLessThan(numRuns * 0.05)
      }
    },
  )
})

async function accepts(verifier: (token: string) => unknown, token: string): Promise<boolean> {
  try {
    await verifier(token)
    return true
  } catch {
    return false // whichever error it is: only the verdict is compared
  }
}

/** What a lenient reader sees in a token that some peer accepts. */
function lookInto(token: string): Seen {
  const [header = '', claims = ''] = token.trim().split('.')
  const headerText = Buffer.from(header, 'base64url').toString()
  const claimsText = Buffer.from(claims, 'base64url').toString()
  const parse = (text: string) => JSON.parse(text.replace(/^\ufeff/, '')) as Record<string, unknown>
  return { token, headerText, claimsText, header: parse(headerText), claims: parse(claimsText) }
}

/** An innermost object whose text names more members than the object has, objects around it likewise. */
function namesTwice(text: string): boolean {
  let members = 0
  JSON.parse(text.replace(/^\ufeff/, ''), (_, value: unknown) => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      members += Object.keys(value).length
    return value
  })
  const colons = text.replace(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1
  return colons !== members
}

function hasPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.hasOwn(value, '__proto__') || Object.values(value).some(hasPrototype)
}

function hasHugeNumber(value: unknown): boolean {
  if (typeof value === 'number') return Math.abs(value) > Number.MAX_SAFE_INTEGER
  return typeof value === 'object' && value !== null && Object.values(value).some(hasHugeNumber)
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(depthOf))
}

function isName(value: unknown, most: number, least: number): boolean {
  return typeof value === 'string' && value.length >= least && value.length <= most
}
