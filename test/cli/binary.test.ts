import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const main = join(root, 'dist/cli/main.js')
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jotgate-cli-'))
  if (!existsSync(main)) throw new Error('is not built; run npm run build')
})

afterAll(() => rm(folder, { recursive: true, force: true }))

interface Outcome {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

function execute(argv: readonly string[], stdin = ''): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, argv, { cwd: folder }, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1
      resolve({ exitCode, stdout, stderr })
    })
    // A child that has heard enough stops reading.
    child.stdin?.on('error', () => undefined).end(stdin)
  })
}

const jotgate = (argv: readonly string[], stdin?: string) => execute([main, ...argv], stdin)

describe('the jotgate binary', () => {
  test('the jotgate binary takes a key from keygen through sign, jwks and verify to explain', async () => {
    const policy = ['--alg', 'ES256', '--any-issuer', '--audience', 'api', '-']
    const made = await jotgate(['keygen', '--alg', 'ES256', '--out', 'keys', '--kid', 'k1'])
    expect(made.stdout).toBe('keys/private-k1.pem\nkeys/jwks-k1.json\n')
    const argv = ['--key', 'keys/private-k1.pem', '--kid', 'k1', '--audience', 'api']
    const signed = await jotgate(['sign', ...argv, '--claims', '-'], '{"sub":"u"}')
    expect(signed.stderr).toBe('')
    const verified = await jotgate(
      ['verify', '--jwks', 'keys/jwks-k1.json', ...policy],
      signed.stdout,
    )
    expect(JSON.parse(verified.stdout)).toMatchObject({ sub: 'u', aud: 'api' })
    const tampered = signed.stdout.replace(/\.[^.]{4}/, '.AAAA')
    const refused = await jotgate(['explain', '--jwks', 'keys/jwks-k1.json', ...policy], tampered)
    expect(refused.exitCode).toBe(1)
    expect(refused.stdout).toMatch(/✗ signature/)
    expect(refused.stderr).toMatch(/^SIGNATURE_INVALID: /)
  })

  test('the jotgate binary writes keys for their owner alone, and not twice', async () => {
    const argv = ['keygen', '--alg', 'HS256', '--out', 'secrets', '--kid', 's1']
    expect((await jotgate(argv)).exitCode).toBe(0)
    const path = join(folder, 'secrets/secret-s1.json')
    const modes = await Promise.all([stat(path), stat(join(folder, 'secrets'))])
    expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o700])
    expect((await jotgate(argv)).exitCode).toBe(2)
    expect(await readdir(join(folder, 'secrets'))).toEqual(['secret-s1.json'])
  })

  test('the jotgate binary prints the version of the package, and says in one line what is wrong', async () => {
    expect((await jotgate(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    const folderAsKey = [
      'verify',
      '--key',
      '.',
      '--alg',
      'ES256',
      '--any-issuer',
      '--any-audience',
      'x',
    ]
    expect(await jotgate(folderAsKey)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: 'jotgate: --key: is a folder, not a file\n',
    })
    const huge = await jotgate(['inspect', '-'], 'x'.repeat(2_000_000))
    expect(huge.stderr).toBe('jotgate: TOKEN: the input is longer than 1 MiB\n')
  })
})
