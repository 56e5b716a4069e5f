import { beforeAll, describe, expect, test } from 'vitest'
import { jotgate, written, type Scene } from './terminal.js'

const files = new Map<string, string>()
const policy = ['--alg', 'ES256', '--issuer', 'https://auth.example', '--audience', 'api']
let token = ''

beforeAll(async () => {
  await jotgate(['keygen', '--alg', 'ES256', '--kid', 'k1'], { files })
  await jotgate(['keygen', '--alg', 'ES256', '--kid', 'k2'], { files })
  token = await sign('{"sub":"user-1"}')
})

async function sign(claims: string, more: readonly string[] = []): Promise<string> {
  const argv = ['--key', 'private-k1.pem', '--kid', 'k1', '--claims', claims]
  const named = ['--issuer', 'https://auth.example', '--audience', 'api']
  const { stdout, stderr } = await jotgate(['sign', ...argv, ...named, ...more], { files })
  expect(stderr).toBe('')
  return stdout.trim()
}

function verify(argv: readonly string[], scene: Scene = {}) {
  return jotgate(['verify', '--jwks', 'jwks-k1.json', ...argv], { files, ...scene })
}

describe('jotgate verify', () => {
  test('jotgate verify prints the claims of a valid token, from the argument or from stdin', async () => {
    const { exitCode, stdout } = await verify([...policy, token])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ sub: 'user-1', aud: 'api' })
    const typed = await verify([...policy, '-', '--json'], { stdin: `${token}\n` })
    expect(JSON.parse(typed.stdout)).toMatchObject({
      ok: true,
      header: { alg: 'ES256', kid: 'k1' },
      claims: { sub: 'user-1' },
    })
  })

  test('jotgate verify uses the public half of a private key, and a key of a set with --kid', async () => {
    const set = JSON.stringify({
      keys: ['k1', 'k2'].flatMap((kid) => keysOf(`jwks-${kid}.json`)),
    })
    files.set('both.json', set)
    const argv = [...policy, token]
    const private1 = await jotgate(['verify', '--key', 'private-k1.pem', ...argv], { files })
    const chosen = await jotgate(['verify', '--key', 'both.json', '--kid', 'k1', ...argv], {
      files,
    })
    const other = await jotgate(['verify', '--key', 'both.json', '--kid', 'k2', ...argv], { files })
    const unclear = await jotgate(['verify', '--key', 'both.json', ...argv], { files })
    const bySet = await jotgate(['verify', '--jwks', 'both.json', ...argv], { files })
    expect([private1, chosen, other, unclear, bySet].map(({ exitCode }) => exitCode)).toEqual([
      0, 0, 1, 2, 0,
    ])
  })

  test.each([
    ['the wrong key', ['--jwks', 'jwks-k2.json'], 1, /^KEY_UNKNOWN: /],
    ['the wrong key file', ['--key', 'private-k2.pem'], 1, /^SIGNATURE_INVALID: /],
    ['a missing file', ['--key', 'nowhere.pem'], 2, /^jotgate: --key: no such file$/],
    [
      'both sources of keys',
      ['--key', 'private-k1.pem', '--jwks', 'jwks-k1.json'],
      2,
      /give one of/,
    ],
    ['no key', [], 2, /give one of --key and --jwks/],
  ])('jotgate verify with %s ends in one line and a code', async (...[, keys, exitCode, line]) => {
    const outcome = await jotgate(['verify', ...keys, ...policy, token], { files })
    expect(outcome).toMatchObject({ exitCode, stdout: '' })
    expect(outcome.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(outcome.stderr.trimEnd()).toMatch(line)
  })

  test('jotgate verify refuses an expired token with its code', async () => {
    const outcome = await verify([...policy, token], { io: { now: () => 1_800_001_000 } })
    expect(outcome).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'TOKEN_EXPIRED: the token has expired: "exp"\n',
    })
  })

  test('jotgate verify refuses a malformed token without quoting it', async () => {
    const outcome = await verify([...policy, 'not-a-token', '--json'])
    expect(outcome.exitCode).toBe(1)
    expect(JSON.parse(outcome.stdout)).toMatchObject({ ok: false, code: 'TOKEN_MALFORMED' })
    expect(outcome.stdout + outcome.stderr).not.toContain('not-a-token')
  })

  test('jotgate verify leaves issuer and audience unchecked only when an option says so by name', async () => {
    const noAudience = await verify(['--alg', 'ES256', '--issuer', 'https://auth.example', token])
    expect(noAudience.stderr).toBe(
      'jotgate: --audience: is required; --any-audience leaves it unchecked\n',
    )
    const noIssuer = await verify(['--alg', 'ES256', '--audience', 'api', token])
    expect(noIssuer).toMatchObject({ exitCode: 2 })
    const any = await verify(['--alg', 'ES256', '--any-issuer', '--any-audience', token])
    expect(any.exitCode).toBe(0)
    const both = await verify([...policy, '--any-issuer', token])
    expect(both).toMatchObject({ exitCode: 2 })
  })

  test('jotgate verify pins the algorithm, whatever the token and the key say', async () => {
    const argv = ['--issuer', 'https://auth.example', '--audience', 'api', token]
    expect(await verify(argv)).toMatchObject({
      exitCode: 2,
      stderr: 'jotgate: --alg: is required\n',
    })
    expect(await verify(['--alg', 'RS256', ...argv])).toMatchObject({ exitCode: 2 })
    const secret = await jotgate(['verify', '--key', 'private-k1.pem', '--alg', 'HS256', ...argv], {
      files,
    })
    expect(secret).toMatchObject({ exitCode: 2 })
  })

  test('jotgate verify applies the typ, the age and the tolerance of its options', async () => {
    const now = () => 1_800_000_930
    const strict = await verify([...policy, '--clock-tolerance', '10', token], { io: { now } })
    expect(strict.stderr).toMatch(/^TOKEN_EXPIRED/)
    expect((await verify([...policy, token], { io: { now } })).exitCode).toBe(0)
    const old = await verify([...policy, '--max-age', '5m', token], { io: { now } })
    expect(old.stderr).toMatch(/^TOKEN_TOO_OLD/)
    const typed = await verify([...policy, '--typ', 'at+jwt', token])
    expect(typed.stderr).toMatch(/^TYPE_MISMATCH/)
  })

  test('jotgate verify refuses PEM as a set, and takes a key without alg for each algorithm that fits', async () => {
    const argv = ['--issuer', 'https://auth.example', '--audience', 'api', token]
    await jotgate(['keygen', '--alg', 'EdDSA', '--kid', 'e1'], { files })
    files.set('bare.json', (files.get('jwks-e1.json') ?? '').replace(/"alg":.*,/, ''))
    const two = ['--alg', 'EdDSA', '--alg', 'Ed25519']
    const bare = await jotgate(['verify', '--jwks', 'bare.json', ...two, ...argv], { files })
    // The token's algorithm is neither: the set is read, and the token is refused.
    expect(bare.stderr).toMatch(/^ALGORITHM_REFUSED/)
    files.set('open.pem', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----')
    const pem = await jotgate(['verify', '--jwks', 'open.pem', '--alg', 'ES256', ...argv], {
      files,
    })
    expect(pem.stderr).toBe('jotgate: --jwks: contains PEM; pass it with --key\n')
  })

  test('jotgate verify refuses a private key in a published set', async () => {
    files.set('leak.json', JSON.stringify({ keys: [{ kty: 'EC', crv: 'P-256', d: 'AA' }] }))
    const outcome = await jotgate(['verify', '--jwks', 'leak.json', ...policy, token], { files })
    expect(outcome).toMatchObject({ exitCode: 2 })
    expect(outcome.stderr).toMatch(/contains private or secret keys/)
  })
})

function keysOf(path: string): unknown[] {
  const set: { keys: unknown[] } = JSON.parse(files.get(path) ?? '')
  return set.keys
}

describe('jotgate sign', () => {
  test('jotgate sign reads claims from text, a file and stdin', async () => {
    files.set('claims.json', '{"sub":"from-file"}')
    const argv = ['sign', '--key', 'private-k1.pem', '--claims']
    const fromFile = await jotgate([...argv, '@claims.json'], { files })
    const fromStdin = await jotgate([...argv, '-'], { files, stdin: '{"sub":"from-stdin"}' })
    const shown = [fromFile, fromStdin].map(({ stdout }) =>
      Buffer.from(stdout.split('.')[1] ?? '', 'base64url').toString(),
    )
    expect(shown[0]).toContain('"sub":"from-file"')
    expect(shown[1]).toContain('"sub":"from-stdin"')
  })

  test('jotgate sign sets the expiry, fifteen minutes by default', async () => {
    expect(claimsOf(token)).toMatchObject({ iat: 1_800_000_000, exp: 1_800_000_900 })
    const longer = await sign('{}', ['--expires-in', '1h'])
    expect(claimsOf(longer)).toMatchObject({ exp: 1_800_003_600 })
  })

  test.each([
    ['text that is not JSON', ['--claims', '{secret'], /--claims: is not JSON$/],
    ['an array', ['--claims', '[]'], /one JSON object/],
    ['a number that JSON rounds', ['--claims', '{"n":9007199254740993}'], /beyond 2\^53/],
    ['a claim given twice', ['--claims', '{"iss":"a"}', '--issuer', 'b'], /give it once/],
    ['a missing claims file', ['--claims', '@nowhere'], /--claims: no such file/],
    ['a bad duration', ['--claims', '{}', '--expires-in', 'soon'], /--expires-in: must be/],
    ['no claims', [], /--claims: is required/],
  ])('jotgate sign refuses %s in one line that does not quote it', async (_, more, line) => {
    const outcome = await jotgate(['sign', '--key', 'private-k1.pem', ...more], { files })
    expect(outcome).toMatchObject({ exitCode: 2, stdout: '' })
    expect(outcome.stderr.trimEnd()).toMatch(line)
    expect(outcome.stderr).not.toMatch(/secret|soon|nowhere|\n./)
  })

  test('jotgate sign does not sign with a public key, or with a secret for a key pair', async () => {
    const open = await jotgate(['sign', '--key', 'jwks-k1.json', '--claims', '{}'], { files })
    expect(open.stderr).toMatch(/holds a public key/)
    await jotgate(['keygen', '--alg', 'HS256', '--kid', 's1'], { files })
    const argv = ['sign', '--key', 'secret-s1.json', '--alg', 'ES256', '--claims', '{}']
    const secret = await jotgate(argv, { files })
    expect(secret).toMatchObject({ exitCode: 2 })
    expect(secret.stderr).not.toContain(keyOf('secret-s1.json'))
  })
})

function claimsOf(jwt: string): unknown {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString())
}

function keyOf(path: string): string {
  const jwk: { k: string } = JSON.parse(files.get(written(files, new RegExp(path))) ?? '')
  return jwk.k
}

describe('jotgate inspect', () => {
  test('jotgate inspect shows header and claims, marked as unverified, with times in words', async () => {
    const { exitCode, stdout } = await jotgate(['inspect', token])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^UNVERIFIED: /)
    expect(stdout).toMatch(/exp +1800000900 +\(2027-01-15T08:15:00Z, in 15 minutes\)/)
    const json = await jotgate(['inspect', '--json', '-'], { stdin: token })
    expect(JSON.parse(json.stdout)).toMatchObject({
      verified: false,
      unverifiedClaims: { sub: 'user-1' },
    })
  })

  test('jotgate inspect shows control characters of a token as text', async () => {
    const hostile = await sign(JSON.stringify({ sub: '\u001b[2J\u009b\u202e' }))
    const { stdout } = await jotgate(['inspect', hostile])
    expect(stdout).toContain('\\u001b[2J\\u009b\\u202e')
    expect(stdout).not.toMatch(/[\u009b\u202e]/)
  })

  test('jotgate inspect refuses an argument that is not a token', async () => {
    expect(await jotgate(['inspect', 'a.b'])).toMatchObject({ exitCode: 1, stdout: '' })
  })
})

describe('jotgate explain', () => {
  const argv = ['explain', '--jwks', 'jwks-k1.json', '--alg', 'ES256', '--issuer']

  test('jotgate explain shows every check of a valid token as passed', async () => {
    const { exitCode, stdout, stderr } = await jotgate(
      ['explain', '--jwks', 'jwks-k1.json', ...policy, token],
      { files },
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/✓ signature: matches/)
    expect(stdout).toMatch(/✓ accepted\n$/)
    expect(stdout).not.toMatch(/[─] [✗·]/)
    expect(stdout).toMatch(/expected one of ES256 · RFC 8725 section 3\.1/)
  })

  test('jotgate explain shows all that fails, with what was expected and found, and ends like verify', async () => {
    const more = ['https://other.example', '--audience', 'other', token]
    const { exitCode, stdout, stderr } = await jotgate([...argv, ...more], { files })
    expect(exitCode).toBe(1)
    expect(stdout).toMatch(/✗ iss: "https:\/\/auth\.example"\n.*expected https:\/\/other\.example/)
    expect(stdout).toMatch(/✗ aud: "api"/)
    expect(stdout).toMatch(/✗ refused: ISSUER_MISMATCH\n$/)
    expect(stderr).toBe('ISSUER_MISMATCH: the token comes from another issuer: "iss"\n')
  })

  test('jotgate explain shows which checks were not reached, as JSON too', async () => {
    const more = ['https://auth.example', '--audience', 'api', 'a.b.c', '--json']
    const { exitCode, stdout } = await jotgate([...argv, ...more], { files })
    expect(exitCode).toBe(1)
    const explanation: { ok: boolean; checks: { name: string; verdict: string }[] } =
      JSON.parse(stdout)
    expect(explanation.ok).toBe(false)
    expect(explanation.checks.find(({ name }) => name === 'signature')?.verdict).toBe('not reached')
  })

  test('jotgate explain uses colour only where it is seen', async () => {
    const more = ['https://auth.example', '--audience', 'api', token]
    const colored = await jotgate([...argv, ...more], { files, io: { color: true } })
    expect(colored.stdout).toContain('\u001b[32m✓ accepted\u001b[0m')
    const plain = await jotgate([...argv, ...more], { files })
    expect(plain.stdout).not.toContain('\u001b')
  })
})
