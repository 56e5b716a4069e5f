import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { ConfigError } from '../../src/foundation/errors.js'
import { hmacKey } from '../../src/key/index.js'
import { createSigner, createVerifier } from '../../src/token/index.js'
import {
  followSecret,
  secretSource,
  type SecretEncoding,
} from '../../src/key-sources/secret-source.js'
import { staticKeys } from '../../src/key-sources/static.js'
import { asNobody } from '../setup/as-nobody.js'

const root = mkdtempSync(join(tmpdir(), 'jotgate-secrets-'))
afterAll(() => {
  rmSync(root, { recursive: true })
})

let path = ''
let files = 0
beforeEach(() => {
  path = join(root, `secret-${String(++files)}`)
})

const write = (text: string, mode = 0o600) => {
  writeFileSync(path, text, { mode })
  chmodSync(path, mode)
}
const file = (encoding: SecretEncoding = 'text') => secretSource(`file:${path}`, { encoding })
const problemOf = (run: () => unknown): ConfigError => {
  try {
    run()
  } catch (error) {
    if (error instanceof ConfigError) return error
  }
  throw new Error('nothing was refused')
}

describe('a secret in the environment', () => {
  const env = (name: string) => ({ RING_KEY: 'c2VjcmV0', EMPTY: '' })[name]

  test('a secret is read from the environment by name, and decoded by the option encoding', () => {
    const read = (encoding: SecretEncoding) =>
      secretSource('env:RING_KEY', { encoding, env }).read()
    expect(read('base64').toString()).toBe('secret')
    expect(read('text').toString()).toBe('c2VjcmV0')
  })

  test.each(['env:OTHER', 'env:EMPTY'])('a secret is missing: %s', (reference) => {
    const problem = problemOf(() => secretSource(reference, { encoding: 'text', env }))
    expect(problem).toMatchObject({
      option: 'secret',
      message: 'secret: is missing or empty in the environment',
    })
  })

  test('a secret in the environment is only read through the option env', () => {
    expect(problemOf(() => secretSource('env:PATH', { encoding: 'text' })).message).toMatch(/env/)
  })
})

describe('a secret in a file', () => {
  test('a secret file loses exactly one line break at its end', () => {
    write(' two words \n')
    expect(file().read().toString()).toBe(' two words ')
    write('two\n\n')
    expect(file().read().toString()).toBe('two\n')
  })

  test('a secret file is read again when its content has changed', () => {
    write('one')
    const source = file()
    expect([source.read().toString(), source.version()]).toEqual(['one', 0])
    write('two')
    expect([source.version(), source.read().toString()]).toEqual([1, 'two'])
    chmodSync(path, 0o400)
    expect(source.version()).toBe(1)
  })

  test('a secret file is followed through replaced symbolic links, as in mounted secrets', () => {
    const [one, two] = [join(root, 'v1'), join(root, 'v2')]
    writeFileSync(one, 'one', { mode: 0o600 })
    writeFileSync(two, 'two', { mode: 0o600 })
    symlinkSync(one, path)
    const source = file()
    expect(source.read().toString()).toBe('one')
    symlinkSync(two, `${path}.new`)
    renameSync(`${path}.new`, path)
    expect(source.read().toString()).toBe('two')
  })

  test('the last secret stays when its file is lost or damaged, and onProblem is called', () => {
    write('00ff')
    const problems: string[] = []
    const onProblem = (problem: ConfigError) => {
      problems.push(problem.message)
      throw new Error('a listener that fails')
    }
    const source = secretSource(`file:${path}`, { encoding: 'hex', onProblem })
    write('not hex')
    expect(source.read()).toEqual(Buffer.from([0, 255]))
    rmSync(path)
    expect(source.read()).toEqual(Buffer.from([0, 255]))
    expect(problems).toEqual([
      'secret: is not written in hex',
      'secret: is in a file that cannot be read (ENOENT)',
    ])
    write('0a')
    expect(source.read()).toEqual(Buffer.from([10]))
    expect(source.version()).toBe(1)
  })

  test('a secret file readable by others is refused, unless an option allows it', () => {
    write('secret', 0o644)
    expect(problemOf(() => file()).message).toMatch(
      /other users of this machine can read; chmod 600/,
    )
    const source = secretSource(`file:${path}`, { encoding: 'text', readableByOthers: 'allow' })
    expect(source.read().toString()).toBe('secret')
  })

  test('a secret file that this process may not read is refused with that reason', async () => {
    // Nobody's mode, so that it is closed to its owner as well.
    write('secret', 0o000)
    chmodSync(root, 0o755)
    const problem = await asNobody(() => problemOf(() => file()))
    expect(problem.message).toMatch(/is in a file that cannot be read \(EACCES\)/)
    expect(problem.message).not.toContain(root)
  })

  test.each([
    ['nothing', () => undefined, /ENOENT/],
    ['a folder', () => (path = root), /not in a file|EISDIR/],
    [
      'an empty file',
      () => {
        write('\n')
      },
      /is empty/,
    ],
    [
      'a huge file',
      () => {
        write('x'.repeat(70_000))
      },
      /64 KiB/,
    ],
  ])('a secret file that is %s is refused without naming its path', (_, prepare, message) => {
    prepare()
    const problem = problemOf(() => file())
    expect(problem.message).toMatch(message)
    expect(problem.message).not.toContain(root)
  })
})

describe('any other secret', () => {
  test('a secret in the configuration itself is accepted in demonstrations only', () => {
    const reference = 'literal:hunter2hunter2'
    const problem = problemOf(() => secretSource(reference, { encoding: 'text' }))
    expect(problem.message).not.toContain('hunter2')
    const source = secretSource(reference, { encoding: 'text', demo: true })
    expect(source.read().toString()).toBe('hunter2hunter2')
  })

  test.each(['hunter2', 'http://hunter2', 'env:', '', 'ENV:hunter2'])(
    'an invalid reference (%s) is refused and not repeated in the message',
    (reference) => {
      const problem = problemOf(() => secretSource(reference, { encoding: 'text' }))
      expect(problem.message).toBe('secret: must be env:NAME or file:PATH')
    },
  )

  test.each([
    ['c2VjcmV0=', 'base64'],
    ['c2Vj cmV0', 'base64'],
    ['_-8', 'base64'],
    ['abc', 'hex'],
    ['zz', 'hex'],
    ['abc', 'latin1'],
  ])('the text %s is refused as %s', (text, encoding) => {
    const options = { encoding: encoding as SecretEncoding, demo: true }
    expect(() => secretSource(`literal:${text}`, options)).toThrow(ConfigError)
  })

  test('printing a source never shows its secret', () => {
    const source = secretSource('literal:hunter2', { encoding: 'text', demo: true })
    const printed = [inspect(source, { depth: 9, showHidden: true }), JSON.stringify(source)]
    for (const text of printed) expect(text).not.toContain('hunter2')
  })
})

describe('keys of a secret', () => {
  const sign = (secret: Buffer) =>
    createSigner({ key: hmacKey(secret, 'HS256'), issuer: 'i', audience: 'a', expiresIn: '5m' })()

  test('keys follow a changed secret without a restart', async () => {
    const [old, fresh] = [randomBytes(32), randomBytes(32)]
    write(old.toString('base64'))
    const keys = followSecret(file('base64'), (bytes) => staticKeys([hmacKey(bytes, 'HS256')]))
    const verify = createVerifier({ keys, algorithms: ['HS256'], issuer: 'i', audience: 'a' })
    await expect(verify(await sign(old))).resolves.toBeDefined()
    const version = keys.version()
    write(fresh.toString('base64'))
    expect(keys.version()).not.toBe(version)
    await expect(verify(await sign(fresh))).resolves.toBeDefined()
    await expect(verify(await sign(old))).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' })
  })

  test('a changed secret that makes no valid key answers KEYS_UNAVAILABLE instead of accepting tokens', async () => {
    const secret = randomBytes(32)
    write(secret.toString('base64'))
    const keys = followSecret(file('base64'), (bytes) => staticKeys([hmacKey(bytes, 'HS256')]))
    const verify = createVerifier({ keys, algorithms: ['HS256'], issuer: 'i', audience: 'a' })
    write('AAAA')
    await expect(verify(await sign(secret))).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
  })
})
