import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { testWithServices, type Own } from '../own-services.js'

/** Where a browser says that a request comes from another site, and where it does not. */
const foreign: Readonly<Record<string, Record<string, string>>> = {
  'a page of another site': { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
  'another site, without an origin': { 'sec-fetch-site': 'cross-site' },
  'an old browser on a page of another site': { origin: 'https://evil.example' },
  'an old browser in a frame without an origin': { origin: 'null' },
  'a page that looks alike': { origin: 'https://auth.example.evil.example' },
  'a page of a sibling host': { 'sec-fetch-site': 'same-site', origin: 'https://www.example' },
  'a value that is not known': { 'sec-fetch-site': 'cross' },
}
const welcome: Readonly<Record<string, Record<string, string>>> = {
  'a program': {},
  'a page of the service': { 'sec-fetch-site': 'same-origin', origin: 'https://auth.example' },
  'a person who writes the address': { 'sec-fetch-site': 'none' },
  'an old browser on a page of the service': { origin: 'https://auth.example' },
  'an old browser, behind a proxy that leaves out the port': {
    origin: 'http://127.0.0.1:8443',
  },
  'a configured sibling host': {
    ...{ 'sec-fetch-site': 'same-site', origin: 'https://pages.example' },
  },
  'a configured origin': { 'sec-fetch-site': 'cross-site', origin: 'https://pages.example' },
}
const forms = ['/oauth/token', '/oauth/revoke', '/oauth/introspect']
const paths = [
  ...forms,
  ...['/user/login', '/user/refresh', '/user/logout', '/console/login', '/admin/users'],
]

async function started({ folder, start }: Own) {
  const config = join(folder(), 'jotgate.yaml')
  writeFileSync(
    config,
    'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\n' +
      'origins: [https://auth.example, https://pages.example]\nloginLimits: { address: 4 }\n',
  )
  const service = await start({ dataDir: folder(), env: { JOTGATE_CONFIG: config } })
  return async (path: string, headers: Record<string, string>) => {
    const isForm = forms.includes(path)
    const type = isForm ? 'application/x-www-form-urlencoded' : 'application/json'
    const answer = await fetch(service.origin + path, {
      method: 'POST',
      headers: { ...headers, 'content-type': type },
      body: isForm ? 'client_id=x&client_secret=y&token=z' : '{"username":"x","password":"y"}',
    })
    return { status: answer.status, text: await answer.text() }
  }
}

testWithServices(
  'pages of other sites can neither post anything nor use up the failures of an address',
  async ({ own }) => {
    const post = await started(own)
    for (const [who, headers] of Object.entries(foreign))
      for (const path of paths) {
        const { status, text } = await post(path, headers)
        expect([status, text.includes('a page of another origin sent this request')], who).toEqual([
          403,
          true,
        ])
      }
    // None of these was counted: four may fail.
    for (const at of [1, 2, 3, 4])
      expect((await post('/user/login', {})).status, String(at)).toBe(401)
    expect((await post('/user/login', {})).status).toBe(429)
  },
)

testWithServices(
  'pages of the service, of configured origins and programs are not taken for other sites',
  async ({ own }) => {
    const post = await started(own)
    for (const [who, headers] of Object.entries(welcome))
      for (const path of ['/user/refresh', '/user/logout'])
        expect((await post(path, headers)).status, who).not.toBe(403)
  },
)
