import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { KMSClient } from '@aws-sdk/client-kms'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readPage } from '../../tools/docs/page.mjs'
import {
  createSigner,
  createVerifier,
  verificationKey,
  type Key,
  type KeySource,
  type PublishedSet,
  type Sessions,
  type Signer,
} from '../../src/index.js'
import { memoryStores } from '../../src/stores/memory/index.js'
import { testServiceKeys } from '../../src/testkit/index.js'
import { findOrInstall } from '../setup/programs.js'
import { makeFolder } from '../setup/server.js'
import { compileSnippets, snippetFolder } from '../setup/snippets.js'
import * as services from './key-services.js'

const folder = snippetFolder('external-keys')
const secrets = makeFolder('external-keys')
const pages = ['sessions', 'vault', 'aws-kms', 'google-kms', 'hsm', 'change'] as const
const deadlineMs = 10_000

/** The code of the page. Its functions are called as they stand. */
const page: Record<string, Record<string, (...given: never[]) => unknown>> = {}

beforeAll(async () => {
  const path = 'docs/external-keys.md'
  const { blocks } = readPage(path, readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'))
  const files = blocks.flatMap(({ info, code }) => {
    const [name] = info.flatMap((word) => /^file=(.*)$/.exec(word)?.[1] ?? [])
    return name === undefined ? [] : [[name, code] as const]
  })
  expect(files.map(([name]) => name)).toEqual(pages.map((name) => `${name}.ts`))
  expect(compileSnippets(folder, Object.fromEntries(files))).toEqual([])
  for (const name of pages)
    page[name] = (await import(`${folder}${name}.js`)) as (typeof page)[string]
})
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
  rmSync(secrets, { recursive: true, force: true })
})

interface Made {
  readonly sessions: Sessions
  readonly published: PublishedSet
  readonly keys: Key
}

interface Change {
  readonly sign: Signer
  readonly keys: KeySource
}

/** Calls a function of the page. */
async function call<T>(name: (typeof pages)[number], made: string, ...given: unknown[]) {
  return (await page[name]?.[made]?.(...(given as never[]))) as T // compiled against its types above
}

const signerOf = (key: Key) => createSigner({ key, issuer: 'i', audience: 'a', expiresIn: '15m' })

const subjectOf = async (token: string, key: Key) => {
  const keys = verificationKey(key)
  const verify = createVerifier({ keys, algorithms: ['ES256'], issuer: 'i', audience: 'a' })
  return (await verify(token)).claims.sub
}

const recipes = {
  'Vault transit': [
    services.vault,
    (address: string, options: object) =>
      call<Key>('vault', 'vaultKey', {
        address,
        token: () => 'vault-token',
        name: 'tokens',
        version: 3,
        ...options,
      }),
  ],
  'AWS KMS': [
    services.aws,
    (endpoint: string, options: object) => {
      const credentials = { accessKeyId: 'AKID', secretAccessKey: 'secret' }
      const kms = new KMSClient({ region: 'eu-central-1', endpoint, credentials })
      return call<Key>('aws-kms', 'awsKey', kms, 'key-1', options)
    },
  ],
  'Google Cloud KMS': [
    services.google,
    (address: string, options: object) =>
      call<Key>('google-kms', 'googleKey', {
        version: services.googleVersion,
        accessToken: () => Promise.resolve('google-token'),
        address,
        ...options,
      }),
  ],
} as const

test('the checksum of the stand-in for Google is CRC-32C', () => {
  expect(services.castagnoli(Buffer.from('123456789'))).toBe(0xe3069283)
})

describe.each(Object.entries(recipes))('the recipe for %s', (name, [service, makeKey]) => {
  let server: Awaited<ReturnType<typeof services.serve>>
  beforeAll(async () => {
    const shown = await services.makeSigningKey(`${secrets}/${name.replaceAll(' ', '-')}.pem`)
    const other = await services.makeSigningKey(`${secrets}/${name.replaceAll(' ', '-')}-2.pem`)
    server = await services.serve(service, { shown, other })
  })
  afterAll(() => server.stop())

  test(`${name} signs tokens that verify, by one request for each`, async () => {
    server.state.mood = 'right'
    const key = await makeKey(server.url, { deadlineMs })
    const sign = signerOf(key)
    server.state.asked.length = 0
    const subjects = Array.from({ length: 10 }, (_, index) => `user-${String(index)}`)
    const tokens = await Promise.all(subjects.map((sub) => sign({ sub })))
    expect(await Promise.all(tokens.map((token) => subjectOf(token, key)))).toEqual(subjects)
    expect(server.state.asked).toHaveLength(10)
  })

  test.each([
    ['refuses', 'refuses', 'rejected'],
    ['signs with another key', 'wrong', 'wrong'],
  ] as const)(
    `${name} that %s is a 503, and a token as before when that is over`,
    async (_, mood, kind) => {
      server.state.mood = 'right'
      const key = await makeKey(server.url, { deadlineMs })
      server.state.mood = mood
      await expect(signerOf(key)({ sub: 'user-1' })).rejects.toMatchObject({
        code: 'KEYS_UNAVAILABLE',
        status: 503,
        retryAfter: 1,
        cause: { kind },
      })
      server.state.mood = 'right'
      expect(await subjectOf(await signerOf(key)({ sub: 'user-1' }), key)).toBe('user-1')
    },
  )

  test(`${name} that hangs is a 503 at the deadline, and its request is ended`, async () => {
    server.state.mood = 'right'
    const key = await makeKey(server.url, { deadlineMs: 300 })
    server.state.mood = 'hangs'
    // A deadline on a busy machine may pass before the request is there; then it is tried again.
    Object.assign(server.state, { hung: 0, gone: 0 })
    for (let round = 0; round < 20 && server.state.hung === 0; round++)
      await expect(signerOf(key)({ sub: 'user-1' })).rejects.toMatchObject({
        code: 'KEYS_UNAVAILABLE',
        cause: { kind: 'late' },
      })
    await expect.poll(() => server.state.gone, { timeout: 20_000 }).toBeGreaterThan(0)
    expect(server.state.gone).toBe(server.state.hung)
  })
})

describe('the recipe for an HSM', () => {
  const pin = '123456'
  const module = '/usr/lib/softhsm/libsofthsm2.so' // where Debian's package has it
  const env = {
    PATH: process.env['PATH'],
    HSM_PIN: pin,
    SOFTHSM2_CONF: `${secrets}/softhsm2.conf`,
  }
  const run = async (program: string, args: readonly string[]) =>
    promisify(execFile)(program, args, { env })

  beforeAll(async () => {
    const holding = 'folders that have it'
    const from = { variable: 'PATH', holding }
    const util = await findOrInstall({
      programs: ['softhsm2-util'],
      debianPackage: 'softhsm2',
      ...from,
    })
    const tool = await findOrInstall({
      programs: ['pkcs11-tool'],
      debianPackage: 'opensc',
      ...from,
    })
    mkdirSync(`${secrets}/tokens`)
    writeFileSync(env.SOFTHSM2_CONF, `directories.tokendir = ${secrets}/tokens\n`)
    const init = ['--init-token', '--free', '--label', 'jotgate', '--pin', pin, '--so-pin', pin]
    await run(util, init)
    const use = ['--module', module, '--token-label', 'jotgate', '--login', '--pin', 'env:HSM_PIN']
    for (const id of ['01', '02'])
      await run(tool, [...use, '--keypairgen', '--key-type', 'EC:prime256v1', '--id', id])
  }, 300_000)

  const hsmKey = (options: object) =>
    call<Key>('hsm', 'hsmKey', {
      module,
      tokenLabel: 'jotgate',
      id: '01',
      env,
      deadlineMs,
      ...options,
    })

  test('SoftHSM signs sessions over PKCS#11, and their refreshes', async () => {
    const { sessions, published, keys } = await call<Made>(
      'sessions',
      'sessionsBy',
      await hsmKey({}),
      {
        store: memoryStores().sessions,
        loadSubject: () => Promise.resolve({ claims: {} }),
        serviceKey: testServiceKeys(),
      },
    )
    const issuer = 'https://auth.example'
    const verify = createVerifier({ keys, algorithms: ['ES256'], issuer, audience: 'api' })
    const login = await sessions.issue({ subject: 'user-1', client: 'web' })
    const renewed = await sessions.refresh(login.refreshToken, { client: 'web' })
    for (const { accessToken } of [login, renewed])
      expect((await verify(accessToken)).claims.sub).toBe('user-1')
    expect(published.body).not.toContain('"d"')
  })

  test('SoftHSM that refuses the PIN is a 503 without the PIN in it', async () => {
    const key = await hsmKey({ env: { ...env, HSM_PIN: '654321' } })
    const signing = signerOf(key)({ sub: 'user-1' })
    await expect(signing).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE', status: 503 })
    const error: unknown = await signing.catch((reason: unknown) => reason)
    expect(JSON.stringify(error)).not.toContain('654321')
  })

  test('a change of keys signs with the next one from its time on, and both verify', async () => {
    const [now, next] = [await hsmKey({}), await hsmKey({ id: '02' })]
    const kids: (string | undefined)[] = []
    for (const startsAt of [Date.now() / 1000 + 3600, Date.now() / 1000 - 1]) {
      const change = await call<Change>('change', 'changeAt', startsAt, now, next)
      const issuer = 'https://auth.example'
      const { keys } = change
      const verify = createVerifier({ keys, algorithms: ['ES256'], issuer, audience: 'api' })
      kids.push((await verify(await change.sign())).header.kid)
    }
    expect(kids).toEqual([now.kid, next.kid])
  })
})
