import { createHmac } from 'node:crypto'

/**
 * The rules once more, from the documents and not from the code, for HS256 and one issuer: slow, and easy to check.
 * Shares nothing with `src/`.
 */
export function modelVerify(
  token: string,
  policy: { secret: Uint8Array; issuer: string; audience: string; now: number },
): { accepted: true; claims: unknown } | { accepted: false } {
  const refused = { accepted: false } as const
  if (token.length > 8192) return refused
  const match = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)$/.exec(token)
  if (!match || token.endsWith('\n')) return refused
  const [, h = '', p = '', s = ''] = match
  const mac = createHmac('sha256', policy.secret).update(`${h}.${p}`).digest('base64url')
  if (mac !== s) return refused
  const header = object(h, 8)
  const claims = object(p, 32)
  if (!header || !claims) return refused

  if (header['alg'] !== 'HS256') return refused
  if (['crit', 'b64', 'enc', 'zip', 'cty'].some((n) => n in header)) return refused
  const { typ, kid } = header
  if (typ !== undefined && !/^(application\/)?(jwt|at\+jwt)$/i.test(text(typ))) return refused
  if (kid !== undefined && (typeof kid !== 'string' || kid.length > 256)) return refused

  for (const name of ['exp', 'nbf', 'iat']) {
    if (name in claims && typeof claims[name] !== 'number') return refused
  }
  for (const name of ['sub', 'jti']) {
    if (name in claims && !between(text(claims[name]).length, 1, 1024)) return refused
  }
  const auds = Array.isArray(claims['aud']) ? claims['aud'] : [claims['aud']]
  if (!auds.every((aud) => between(text(aud).length, 1, 1024))) return refused
  if (!auds.includes(policy.audience) || claims['iss'] !== policy.issuer) return refused
  const { exp, nbf = 0, iat = 0 } = claims as { exp?: number; nbf?: number; iat?: number }
  if (exp === undefined || policy.now >= exp + 60) return refused
  if (policy.now < nbf - 60 || policy.now < iat - 60) return refused
  return { accepted: true, claims }
}

function object(segment: string, maxDepth: number): Record<string, unknown> | undefined {
  const bytes = Buffer.from(segment, 'base64url')
  if (bytes.toString('base64url') !== segment) return undefined
  try {
    const json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    const value: unknown = JSON.parse(json)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    return isStrict(value, maxDepth) && !hasDuplicates(json) ? { ...value } : undefined
  } catch {
    return undefined // not UTF-8, or not JSON
  }
}

function isStrict(value: unknown, depth: number): boolean {
  if (typeof value === 'number')
    return Number.isFinite(value) && !(value % 1 === 0 && Math.abs(value) > 2 ** 53 - 1)
  if (typeof value !== 'object' || value === null) return true
  if (depth === 0 || Object.getOwnPropertyNames(value).includes('__proto__')) return false
  return Object.values(value).every((inner) => isStrict(inner, depth - 1))
}

/** Whether any object of this (valid) JSON names a member twice, by walking its tokens with a stack of names. */
function hasDuplicates(json: string): boolean {
  const stack: Set<string>[] = []
  for (const [, open, close, name] of json.matchAll(
    /([{[])|([}\]])|("(?:[^"\\]|\\.)*")\s*:|"(?:[^"\\]|\\.)*"/g,
  )) {
    if (open) stack.push(new Set())
    if (close) stack.pop()
    if (name === undefined) continue
    const names = stack.at(-1)
    const plain = String(JSON.parse(name))
    if (names?.has(plain)) return true
    names?.add(plain)
  }
  return false
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function between(value: number, least: number, most: number): boolean {
  return value >= least && value <= most
}
