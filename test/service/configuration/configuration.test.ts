import { createHmac, randomBytes } from 'node:crypto'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { testWithServices as test } from '../own-services.js'
import { freePort, runService } from '../running-service.js'

const secret = () => randomBytes(48).toString('base64')

/** What `check-config` says to a file in a folder, with the variables it may name. */
async function check(folder: string, yaml: string, env: Record<string, string> = {}) {
  const path = join(folder, 'jotgate.yaml')
  writeFileSync(path, yaml)
  return runService({ JOTGATE_CONFIG: path, ...env }, ['check-config'])
}

const least = 'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n'

test.concurrent(
  'check-config says what a configuration means, in words and without a secret',
  async ({ folder }) => {
    const refreshSecret = secret()
    const { code, output } = await check(
      folder(),
      `${least}accessExpire: 5m\nrefreshSecret: env:REFRESH_SECRET\n`,
      { REFRESH_SECRET: refreshSecret },
    )
    expect({ code, output }).toMatchObject({ code: 0 })
    expect(output).toContain('issuer: https://auth.example')
    expect(output).toContain('live 5 min, signed by ES256 keys that change every 30 d')
    expect(output).toContain('key of refresh tokens: from the configuration')
    expect(output).not.toContain(refreshSecret)
  },
)

test.concurrent(
  'check-config says what a shorter recovery of lost answers costs, and nothing of the default',
  async ({ folder }) => {
    const cost = (after: string) =>
      `a client whose answer was lost and that asks again after more than ${after} is logged out everywhere, with an alarm of theft`
    const usual = await check(folder(), least)
    expect(usual.output).toContain('recovers the session for 1 h\n')
    expect(usual.output).not.toContain('alarm')
    const never = await check(folder(), `${least}recoverWithin: 0\n`)
    expect(never.output).toContain(`never recovers the session: ${cost('10 s')}`)
    const short = await check(folder(), `${least}recoverWithin: 5m\n`)
    expect(short.output).toContain(`recovers the session for 5 min: ${cost('5 min')}`)
  },
)

test.concurrent(
  'check-config says which pages may call, and which of them have the console',
  async ({ folder }) => {
    const usual = await check(folder(), least)
    expect(usual.output).toContain('the console, with cookies: at https://auth.example\n')
    expect(usual.output).toContain('other first-party pages, with tokens: none\n')
    const pages = 'https://shop.example, http://localhost:5173, https://app.auth.example:8443'
    const both = await check(folder(), `${least}origins: [https://auth.example, ${pages}]\n`)
    expect(both.output).toContain(
      'the console, with cookies: at https://auth.example, http://localhost:5173\n',
    )
    expect(both.output).toContain(
      'other first-party pages, with tokens: at https://shop.example, https://app.auth.example:8443\n',
    )
    const none = await check(folder(), `${least}origins: [https://shop.example]\n`)
    expect(none.output).toContain('the console, with cookies: has no page\n')
  },
)

test.concurrent(
  'check-config says of each wrong origin what to write instead',
  async ({ folder }) => {
    const wrong: Readonly<Record<string, string>> = {
      'https://shop.example/': 'must end after the host or port, without a slash or a path',
      'https://shop.example/login': 'must end after the host or port, without a slash or a path',
      'https://Shop.example': 'must be in lower case',
      'https://shop.example:443': 'must leave out the default port',
      'http://localhost:80': 'must leave out the default port',
      'https://shop.example.': 'must have no dot after the host',
      'http://shop.example': 'plain http is for loopback only, such as "http://localhost:5173"',
      'http://192.168.1.7:5173': 'plain http is for loopback only',
      'http://localhost.shop.example': 'plain http is for loopback only',
      'https://*.shop.example': 'without *',
      '"*"': 'without *',
      '"null"': 'must be an http or https origin',
      'shop.example': 'must be an http or https origin',
      'capacitor://localhost': 'must be an http or https origin',
      'https://alice@shop.example': 'scheme, host and port, in ASCII',
      'https://bücher.example': 'scheme, host and port, in ASCII',
      'https://2130706433': 'scheme, host and port, in ASCII',
    }
    const list = Object.keys(wrong)
    const { code, output } = await check(folder(), `${least}origins: [${list.join(', ')}]\n`)
    expect(code).toBe(1)
    const lines = output.split('\n').filter((line) => line.includes('origins.'))
    expect(lines).toHaveLength(list.length)
    for (const [at, message] of Object.values(wrong).entries()) {
      expect(lines[at], list[at]).toContain(`origins.${String(at)}: `)
      expect(lines[at], list[at]).toContain(message)
      expect(lines[at], list[at]).toMatch(/"https?:\/\//)
    }
  },
)

test.concurrent('check-config says what the demo is when there is no configuration', async () => {
  const { code, output } = await runService({}, ['check-config'])
  expect(code).toBe(0)
  expect(output).toContain('demo')
})

test.concurrent(
  'check-config takes the words of go-zero, whatever their capitals',
  async ({ folder }) => {
    const { code, output } = await check(
      folder(),
      `${least}Name: user-api\nHost: 127.0.0.1\nPort: 8890\n` +
        'Auth:\n  AccessSecret: ${ACCESS_SECRET}\n  AccessExpire: 86400\n' +
        'REFRESHSECRET: ${REFRESH_SECRET}\nRefreshExpire: 604800\n',
      { ACCESS_SECRET: secret(), REFRESH_SECRET: secret() },
    )
    expect({ code, output }).toMatchObject({ code: 0 })
    expect(output).toContain('live 1 d, signed by HS256 with a shared secret')
    expect(output).toContain('end after 7 d')
    expect(output).toContain('port 8890')
  },
)

test.concurrent('check-config takes each secret by ${NAME} as by env:NAME', async ({ folder }) => {
  const base64 = randomBytes(32).toString('base64')
  const fields = ['encryptionKey', 'prevEncryptionKey', 'refreshSecret', 'prevRefreshSecret']
  const yaml = [...fields, 'metricsToken'].map((field) => `${field}: \${SECRET}\n`).join('')
  expect((await check(folder(), least + yaml, { SECRET: base64 })).output).toContain('is valid')
})

test.concurrent(
  'check-config fills variables into texts, and names one that is not set',
  async ({ folder }) => {
    const yaml = least.replace('auth.example\n', '${DOMAIN}\n')
    expect((await check(folder(), yaml, { DOMAIN: 'login.example' })).output).toContain(
      'login.example',
    )
    const { code, output } = await check(folder(), yaml)
    expect(code).toBe(1)
    expect(output).toContain('issuer: names the variable DOMAIN, which is not set')
  },
)

const faulty: [string, string, RegExp[]][] = [
  [
    'a missing audience',
    'issuer: https://a.example\nhosts: [a.example]\n',
    [/audience: is missing/],
  ],
  [
    'absurd lifetimes',
    `${least}accessExpire: 400d\nrefreshExpire: 900d\n`,
    [/accessExpire: .*7d/, /refreshExpire: .*400d/],
  ],
  [
    'a session shorter than its tokens',
    `${least}accessExpire: 2h\nrefreshExpire: 1h\n`,
    [/idleExpire: .*accessExpire/],
  ],
  [
    'a grace that a thief could hide in',
    `${least}accessExpire: 1m\ngrace: 30s\n`,
    [/accessExpire/],
  ],
  ['a name that is given twice', `${least}Audience: other\n`, [/audience: is given twice/]],
  ['a name that is not known', `${least}acessExpire: 15m\n`, [/acessExpire/]],
  [
    'a secret that stands in the file',
    `${least}refreshSecret: canary-canary-canary-canary-canary\n`,
    [/refreshSecret: must be env:NAME or file:PATH/],
  ],
  [
    'a secret that is not there',
    `${least}refreshSecret: env:NOT_SET\n`,
    [/refreshSecret: is missing or empty in the environment/],
  ],
  [
    'weak secrets',
    `${least}Auth: { AccessSecret: env:WEAK, AccessExpire: 900 }\nrefreshSecret: env:WEAK\n`,
    [/auth\.accessSecret: /, /refreshSecret: /],
  ],
  [
    'an encryption key of another length',
    `${least}encryptionKey: env:SHORT\n`,
    [/encryptionKey: must be 32 random bytes/],
  ],
  [
    'a database that is none',
    `${least}database: mysql://canary\n`,
    [/database: must be a postgres URL/],
  ],
  [
    'a database without the secrets that all processes share',
    `${least}database: postgres://canary@127.0.0.1/x\n`,
    [/encryptionKey: is missing/, /refreshSecret: is missing/],
  ],
  [
    'an access life in two places',
    `${least}accessExpire: 5m\nAuth: { AccessSecret: env:GOOD, AccessExpire: 900 }\n`,
    [/accessExpire: is given twice/],
  ],
]

test.concurrent.for(faulty)(
  'check-config names %s, and no value',
  async ([, yaml, expected], { folder }) => {
    const env = { WEAK: 'canary', SHORT: randomBytes(16).toString('base64'), GOOD: secret() }
    const { code, output } = await check(folder(), yaml, env)
    expect(code).toBe(1)
    for (const line of expected) expect(output).toMatch(line)
    expect(output).not.toMatch(/canary|\n\s+at /)
  },
)

test.concurrent('check-config lists all faults at once', async ({ folder }) => {
  const { output } = await check(
    folder(),
    'issuer: none\naccessExpire: never\nhosts: []\nextra: 1\n',
  )
  for (const field of ['issuer', 'audience', 'hosts', 'accessExpire', 'extra'])
    expect(output).toContain(field)
})

const words = 'Auth: { AccessSecret: "file:SECRET", AccessExpire: 900 }\n'
const login = async (origin: string) => {
  const answer = await fetch(`${origin}/user/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"username":"bob","password":"a long and quiet river"}',
  })
  expect(answer.status).toBe(200)
  return ((await answer.json()) as { accessToken: string }).accessToken
}
const profile = async (origin: string, token: string) =>
  (await fetch(`${origin}/user/profile`, { headers: { authorization: `Bearer ${token}` } })).status

test.concurrent(
  'a secret shared with other services signs tokens that they verify, is never published, and is followed when it is replaced',
  async ({ folder, start }) => {
    const dataDir = folder()
    const port = await freePort()
    const origin = `http://127.0.0.1:${String(port)}`
    const file = join(dataDir, 'access-secret')
    const first = secret()
    writeFileSync(file, first)
    chmodSync(file, 0o600)
    const config = join(dataDir, 'jotgate.yaml')
    writeFileSync(
      config,
      `issuer: ${origin}\naudience: api\nhosts: [auth.example]\n${words.replace('SECRET', file)}`,
    )
    const env = { DATA_DIR: dataDir, JOTGATE_CONFIG: config }
    expect(await runService(env, ['user', 'add', 'bob'], 'a long and quiet river')).toMatchObject({
      code: 0,
    })
    const service = await start({ dataDir, port, env })
    const before = await login(origin)
    const [header = '', payload = '', signature] = before.split('.')
    const tag = createHmac('sha256', first).update(`${header}.${payload}`).digest('base64url')
    expect(signature).toBe(tag)
    expect(Buffer.from(header, 'base64url').toString()).toContain('HS256')
    expect((await fetch(`${origin}/.well-known/jwks.json`)).status).toBe(404)
    expect(await profile(origin, before)).toBe(200)

    writeFileSync(file, secret())
    const after = await login(origin)
    expect(await profile(origin, after)).toBe(200)
    expect(await profile(origin, before)).toBe(401)
    expect(service.output()).not.toContain(first)
  },
)
