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

  test('is read by name, and decoded as it is told to', () => {
    const read = (encoding: SecretEncoding) =>
      secretSource('env:RING_KEY', { encoding, env }).read()
    expect(read('base64').toString()).toBe('secret')
    expect(read('text').toString()).toBe('c2VjcmV0')
  })

  test.each(['env:OTHER', 'env:EMPTY'])('%s is not there', (reference) => {
    const problem = problemOf(() => secretSource(reference, { encoding: 'text', env }))
    expect(problem).toMatchObject({
      option: 'secret',
      message: 'secret: is not in the environment',
    })
  })

  test('is not read behind the back of the one file that reads the environment', () => {
    expect(problemOf(() => secretSource('env:PATH', { encoding: 'text' })).message).toMatch(/env/)
  })
})

describe('a secret in a file', () => {
  test('loses one line break at its end and nothing else', () => {
    write(' two words \n')
    expect(file().read().toString()).toBe(' two words ')
    write('two\n\n')
    expect(file().read().toString()).toBe('two\n')
  })

  test('is read again when the file has changed, and only the change counts', () => {
    write('one')
    const source = file()
    expect([source.read().toString(), source.version()]).toEqual(['one', 0])
    write('two')
    expect([source.version(), source.read().toString()]).toEqual([1, 'two'])
    chmodSync(path, 0o400)
    expect(source.version()).toBe(1)
  })

  test('is followed through links that are turned, as mounted secrets are', () => {
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

  test('stays as it was when the file is lost or damaged, and somebody is told', () => {
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
      'secret: is in a file that can not be read (ENOENT)',
    ])
    write('0a')
    expect(source.read()).toEqual(Buffer.from([10]))
    expect(source.version()).toBe(1)
  })

  test('that everybody may read is refused, unless that is asked for', () => {
    write('secret', 0o644)
    expect(problemOf(() => file()).message).toMatch(/everybody on this machine may read; chmod 600/)
    const source = secretSource(`file:${path}`, { encoding: 'text', readableByOthers: 'allow' })
    expect(source.read().toString()).toBe('secret')
  })

  test('that this process may not read is refused, and that is said', async () => {
    // Nobody's mode, so that it is closed to its owner as well.
    write('secret', 0o000)
    chmodSync(root, 0o755)
    const problem = await asNobody(() => problemOf(() => file()))
    expect(problem.message).toMatch(/is in a file that can not be read \(EACCES\)/)
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
  ])('that is %s is refused, and where it was is not said', (_, prepare, message) => {
    prepare()
    const problem = problemOf(() => file())
    expect(problem.message).toMatch(message)
    expect(problem.message).not.toContain(root)
  })
})

describe('any other secret', () => {
  test('in the configuration itself is for demonstrations only', () => {
    const reference = 'literal:hunter2hunter2'
    const problem = problemOf(() => secretSource(reference, { encoding: 'text' }))
    expect(problem.message).not.toContain('hunter2')
    const source = secretSource(reference, { encoding: 'text', demo: true })
    expect(source.read().toString()).toBe('hunter2hunter2')
  })

  test.each(['hunter2', 'http://hunter2', 'env:', '', 'ENV:hunter2'])(
    'that is no reference (%s) is refused without being said',
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
  ])('%s is not %s', (text, encoding) => {
    const options = { encoding: encoding as SecretEncoding, demo: true }
    expect(() => secretSource(`literal:${text}`, options)).toThrow(ConfigError)
  })

  test('is not printed, whoever prints the source', () => {
    const source = secretSource('literal:hunter2', { encoding: 'text', demo: true })
    const printed = [inspect(source, { depth: 9, showHidden: true }), JSON.stringify(source)]
    for (const text of printed) expect(text).not.toContain('hunter2')
  })
})

describe('keys of a secret', () => {
  const sign = (secret: Buffer) =>
    createSigner({ key: hmacKey(secret, 'HS256'), issuer: 'i', audience: 'a', expiresIn: '5m' })()

  test('follow it without a restart', async () => {
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

  test('that it can not be are "can not tell", not a good token', async () => {
    const secret = randomBytes(32)
    write(secret.toString('base64'))
    const keys = followSecret(file('base64'), (bytes) => staticKeys([hmacKey(bytes, 'HS256')]))
    const verify = createVerifier({ keys, algorithms: ['HS256'], issuer: 'i', audience: 'a' })
    write('AAAA')
    await expect(verify(await sign(secret))).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' })
  })
})
