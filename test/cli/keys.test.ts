import { createPublicKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { algorithmNames } from '../../src/key/algorithms.js'
import { jotgate, written } from './terminal.js'

describe('jotgate keygen', () => {
  test.each(algorithmNames)(
    'jotgate keygen makes a %s key that signs what its public half verifies',
    async (alg) => {
      const files = new Map<string, string>()
      const made = await jotgate(['keygen', '--alg', alg, '--out', 'keys', '--kid', 'k1'], {
        files,
      })
      expect(made).toMatchObject({ exitCode: 0, stderr: '' })
      const secret = [...files.keys()].find((path) => path.endsWith('secret-k1.json'))
      const key = secret ?? written(files, /private-k1\.pem$/)
      const signed = await jotgate(
        ['sign', '--key', key, '--kid', 'k1', '--alg', alg, '--claims', '{"sub":"u"}'],
        { files },
      )
      expect(signed.stderr).toBe('')
      const set =
        secret === undefined ? ['--jwks', written(files, /jwks-k1\.json$/)] : ['--key', key]
      const verified = await jotgate(
        ['verify', ...set, '--alg', alg, '--any-issuer', '--any-audience', '-'],
        { files, stdin: signed.stdout },
      )
      expect(verified.stderr).toBe('')
      expect(JSON.parse(verified.stdout)).toMatchObject({ sub: 'u' })
    },
  )

  test('jotgate keygen never overwrites a key, and leaves no half of a pair behind', async () => {
    const files = new Map([['keys/jwks-k1.json', 'kept']])
    const again = await jotgate(['keygen', '--alg', 'ES256', '--out', 'keys', '--kid', 'k1'], {
      files,
    })
    expect(again.exitCode).toBe(2)
    expect(again.stderr).toMatch(/not overwritten/)
    expect([...files]).toEqual([['keys/jwks-k1.json', 'kept']])
  })

  test('jotgate keygen prints paths and no key, unless it is asked to', async () => {
    const quiet = await jotgate(['keygen', '--alg', 'ES256'])
    expect(quiet.stdout).toMatch(/^private-[\w-]{43}\.pem\njwks-[\w-]{43}\.json\n$/)
    const shown = await jotgate(['keygen', '--alg', 'ES256', '--stdout'])
    expect(shown.stdout).toContain('BEGIN PRIVATE KEY')
    const both = await jotgate(['keygen', '--alg', 'ES256', '--stdout', '--out', 'keys'])
    expect(both.exitCode).toBe(2)
  })

  test('jotgate keygen keeps the file inside the folder when the kid is not a file name', async () => {
    const files = new Map<string, string>()
    await jotgate(['keygen', '--alg', 'HS256', '--kid', '../../x y', '--out', 'keys'], { files })
    expect([...files.keys()]).toEqual(['keys/secret-.._.._x_y.json'])
    expect(JSON.parse(files.get('keys/secret-.._.._x_y.json') ?? '')).toMatchObject({
      kid: '../../x y',
      kty: 'oct',
    })
  })

  test('jotgate keygen makes RSA keys of the size asked for, and of no other kind', async () => {
    const { stdout } = await jotgate(['keygen', '--alg', 'PS256', '--bits', '2304', '--stdout'])
    expect(createPublicKey(stdout).asymmetricKeyDetails?.modulusLength).toBe(2304)
    for (const argv of [
      ['--alg', 'RS256', '--bits', '1024'],
      ['--alg', 'RS256', '--bits', '1e4'],
      ['--alg', 'ES256', '--bits', '2048'],
      ['--alg', 'HS256', '--bits', '2048'],
    ])
      expect((await jotgate(['keygen', ...argv])).exitCode).toBe(2)
  })

  test('jotgate keygen names the algorithm that was probably meant', async () => {
    const { exitCode, stderr } = await jotgate(['keygen', '--alg', 'es256'])
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/did you mean ES256\?/)
  })
})

describe('jotgate jwks', () => {
  test('jotgate jwks publishes the public halves of private, public and JWK files, each once', async () => {
    const files = new Map<string, string>()
    await jotgate(['keygen', '--alg', 'ES256', '--out', 'a'], { files })
    await jotgate(['keygen', '--alg', 'RS256', '--out', 'b', '--kid', 'rsa'], { files })
    const pem = written(files, /^a\/private/)
    const { exitCode, stdout } = await jotgate(['jwks', pem, 'b/jwks-rsa.json'], { files })
    expect(exitCode).toBe(0)
    expect(stdout).not.toMatch(/"(?:d|p|q|dp|dq|qi|k)":/)
    expect(JSON.parse(stdout)).toMatchObject({
      keys: [
        { alg: 'ES256', use: 'sig' },
        { alg: 'RS256', kid: 'rsa' },
      ],
    })
    const twice = await jotgate(['jwks', pem, pem], { files })
    expect(twice).toMatchObject({ exitCode: 2, stdout: '' })
  })

  test('jotgate jwks refuses a secret', async () => {
    const files = new Map<string, string>()
    await jotgate(['keygen', '--alg', 'HS256', '--kid', 's'], { files })
    const { exitCode, stdout, stderr } = await jotgate(['jwks', 'secret-s.json'], { files })
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/^jotgate: file 1: holds a secret/)
  })

  test('jotgate jwks asks for the algorithm of a key that fits several', async () => {
    const files = new Map<string, string>()
    await jotgate(['keygen', '--alg', 'EdDSA', '--kid', 'e'], { files })
    const unclear = await jotgate(['jwks', 'private-e.pem'], { files })
    expect(unclear.stderr).toMatch(/fits EdDSA, Ed25519; choose one with --alg/)
    const named = await jotgate(['jwks', '--alg', 'EdDSA', 'private-e.pem'], { files })
    expect(JSON.parse(named.stdout)).toMatchObject({ keys: [{ alg: 'EdDSA' }] })
  })

  test('jotgate jwks refuses a JWK that names an unknown algorithm', async () => {
    const files = new Map<string, string>()
    await jotgate(['keygen', '--alg', 'ES256', '--kid', 'e'], { files })
    files.set('odd.json', (files.get('jwks-e.json') ?? '').replace('"ES256"', '"none"'))
    const { exitCode, stderr } = await jotgate(['jwks', 'odd.json'], { files })
    expect(exitCode).toBe(2)
    expect(stderr).toMatch(/names an algorithm/)
  })
})
