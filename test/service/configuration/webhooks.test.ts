import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { webhookName } from '../../../apps/auth-service/src/configuration/webhooks.js'
import { testWithServices as test } from '../own-services.js'
import { runService } from '../running-service.js'

const least = 'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n'

/** What `check-config` says to a file in a folder, with the variables it may name. */
async function check(folder: string, yaml: string, env: Record<string, string> = {}) {
  const path = join(folder, 'jotgate.yaml')
  writeFileSync(path, yaml)
  return runService({ JOTGATE_CONFIG: path, ...env }, ['check-config'])
}

const receiver = 'https://hooks.example/jotgate'
const webhookSecrets = {
  SECRET: `whsec_${randomBytes(24).toString('base64')}`,
  OLD: randomBytes(64).toString('base64'),
}

test('a webhook is named by its origin and a hash, which shows neither its path nor its query', () => {
  const nameOf = (url: string) => webhookName(new URL(url))
  const name = nameOf('https://hooks.example/T00/B00/secret?token=secret')
  expect(name).toMatch(/^https:\/\/hooks\.example#[\w-]{10}$/)
  expect(nameOf('https://hooks.example/T00/B00/secret')).toBe(name)
  expect(nameOf('https://hooks.example/T00/B00/other')).not.toBe(name)
  expect(nameOf('https://hooks.example:8443/T00/B00/secret').slice(-10)).not.toBe(name.slice(-10))
})

test.concurrent(
  'check-config says which webhooks there are, without their paths and secrets',
  async ({ folder }) => {
    const none = await check(folder(), least)
    expect(none.output).toContain('webhooks: none\n')
    const { code, output } = await check(
      folder(),
      `${least}WEBHOOKS:\n  - { Url: "${receiver}", Secret: env:SECRET, prevSecret: "\${OLD}" }\n` +
        '  - { url: "http://hooks:8080/x", secret: env:OLD, events: [user.deleted], reach: private }\n',
      webhookSecrets,
    )
    expect({ code, output }).toMatchObject({ code: 0 })
    const [first, second] = [receiver, 'http://hooks:8080/x'].map((url) =>
      webhookName(new URL(url)),
    )
    expect(output).toContain(`${String(first)} for session.ended, session.reused,`)
    expect(output).toContain(`user.deleted, signed with two secrets; ${String(second)} for`)
    expect(output).toContain('for user.deleted, reach private\n')
    expect(output).not.toMatch(/hooks.example\/jotgate|whsec_/)
  },
)

test.concurrent(
  'check-config says what is wrong with each webhook, never its secret',
  async ({ folder }) => {
    const wrong: Readonly<Record<string, string>> = {
      'url: "http://hooks.example/", secret: env:SECRET': 'url: must be https; plain http needs',
      'url: "https://10.0.0.1/", secret: env:SECRET': 'url: is an address that is not public',
      'url: "https://u:p@hooks.example/", secret: env:SECRET': 'url: must not contain a user name',
      'url: "https://169.254.169.254/", secret: env:SECRET, reach: private':
        'url: is an address that is not private',
      'url: "https://hooks.example/a", secret: env:SHORT':
        'secret: must be 24 to 64 random bytes in base64',
      'url: "https://hooks.example/b", secret: env:SECRET, prevSecret: env:TEXT':
        'prevSecret: must be 24 to 64 random bytes in base64',
      'url: "https://hooks.example/c", secret: env:MISSING': 'secret: ',
      'url: "https://hooks.example/d?x=1", secret: env:SECRET': '',
      'url: "https://hooks.example/d?x=2", secret: env:SECRET': 'url: is given twice',
    }
    const env = { ...webhookSecrets, SHORT: 'c2hvcnQ=', TEXT: 'a text that is not base64 at all' }
    const list = Object.keys(wrong).map((each) => `  - { ${each} }\n`)
    const { code, output } = await check(folder(), `${least}webhooks:\n${list.join('')}`, env)
    expect(code).toBe(1)
    const lines = output.split('\n').filter((line) => line.includes('webhooks.'))
    expect(lines).toHaveLength(list.length - 1)
    for (const [at, message] of Object.values(wrong).entries()) {
      const ofIt = lines.filter((line) => line.includes(`webhooks.${String(at)}.`))
      expect(ofIt.join(), message).toContain(message)
    }
    expect(output).not.toMatch(/whsec_|c2hvcnQ|a text that|u:p/)
    for (const yaml of ['[{ url: x, secret: env:SECRET }]', '[{ secret: env:SECRET }]', '{}'])
      expect((await check(folder(), `${least}webhooks: ${yaml}\n`)).output).toContain('webhooks')
    const unknown = `webhooks: [{ url: "${receiver}", secret: env:SECRET, events: [user.login] }]\n`
    expect((await check(folder(), least + unknown)).output).toContain('webhooks.0.events.0')
  },
)
