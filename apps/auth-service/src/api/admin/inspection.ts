import { AuthError, decodeToken, type Revocation, type Verifier } from 'jotgate'
import type { CheckReport } from 'jotgate/extend'
import { type Inspection } from './generated/types.js'

/** What an inspection asks. */
export interface Inspectors {
  readonly verify: Verifier
  readonly revocation: Pick<Revocation, 'isRevoked'>
}

/** Every check that the service makes of a token, whether it has been revoked last of all. */
export async function inspectToken(
  token: string,
  { verify, revocation }: Inspectors,
): Promise<Inspection> {
  const explained = await verify.explain(token)
  const revoked = await checkRevoked(token, { verify, revocation }, explained.ok)
  const code = explained.code ?? revoked.code
  return {
    ok: explained.ok && revoked.verdict === 'pass',
    ...(code === undefined ? {} : { code }),
    now: Math.floor(Date.now() / 1000),
    ...readable(token),
    checks: [...explained.checks, revoked],
  }
}

/** What can be read of a token that may be no good at all. */
function readable(token: string): Pick<Inspection, 'header' | 'claims'> {
  try {
    const { unverifiedHeader: header, unverifiedClaims: claims } = decodeToken(token)
    return { header, claims }
  } catch {
    return {} // the checks say why
  }
}

async function checkRevoked(
  token: string,
  { verify, revocation }: Inspectors,
  isGood: boolean,
): Promise<CheckReport> {
  const asked = {
    name: 'revocation',
    expected: 'neither the token nor its session, subject or client revoked',
    rfc: 'RFC 7009 section 2.1',
  }
  if (!isGood) return { ...asked, verdict: 'not reached', found: '' }
  try {
    return revocation.isRevoked(await verify(token))
      ? { ...asked, verdict: 'fail', found: 'revoked', code: 'TOKEN_REVOKED' }
      : { ...asked, verdict: 'pass', found: 'not revoked' }
  } catch (error) {
    if (!(error instanceof AuthError)) throw error
    return { ...asked, verdict: 'fail', found: error.message, code: error.code }
  }
}
