import { describe, expect, test } from 'vitest'
import {
  matchesRedirectUri,
  redirectFault,
  serverAddressFault,
} from '../../../apps/auth-service/src/oauth/redirect-uris.js'

const web = { applicationType: 'web', issuer: 'https://auth.example' } as const
const demo = { applicationType: 'web', issuer: 'http://localhost:8888' } as const
const native = { applicationType: 'native', issuer: 'https://auth.example' } as const

describe('a registered redirect address', () => {
  test.each([
    ['https://shop.example/callback', web],
    ['https://shop.example', web],
    ['https://shop.example:8443/cb?tenant=1', web],
    ['https://shop.example/cb', native],
    ['http://shop.localhost:5173/cb', demo],
    ['http://127.0.0.1:3000/cb', demo],
    ['http://127.0.0.1/cb', native],
    ['http://[::1]/cb', native],
    ['http://localhost/callback', native],
    ['com.example.app:/callback', native],
  ] as const)('%s is taken where its rules allow it', (text, rules) => {
    expect(redirectFault(text, rules)).toBeUndefined()
  })

  test.each([
    ['javascript:alert(1)', web],
    ['javascript:alert(1)', native],
    ['java.script', native],
    ['data:text/html,x', native],
    ['file:///etc/passwd', native],
    ['vbscript:x', native],
    ['blob:https://shop.example/1', native],
    ['myapp:/callback', native],
    ['com.example.app:/callback', web],
    ['https://a@b/callback', web],
    ['https://a:b@shop.example/callback', web],
    ['https://@shop.example/callback', web],
    ['https://shop.example/callback#', web],
    ['https://shop.example/callback#code', web],
    ['https://*.shop.example/callback', web],
    ['https://shop.example/*', web],
    ['https://shop.example\\@evil.example/', web],
    ['https:shop.example/callback', web],
    ['https://SHOP.example/callback', web],
    ['https://shop.example:443/callback', web],
    ['https://shop.example/a/../callback', web],
    ['https://shop.example/call back', web],
    ['https://shöp.example/callback', web],
    ['https://shop.example/\n', web],
    ['//shop.example/callback', web],
    ['/callback', web],
    ['', web],
    ['http://shop.example/callback', web],
    ['http://shop.example/callback', demo],
    ['http://localhost.shop.example/callback', demo],
    ['http://127.0.0.1:3000/cb', web],
    ['http://localhost/cb', web],
    ['http://shop.localhost/cb', native],
    ['http://127.0.0.1.shop.example/cb', native],
    [`https://shop.example/${'a'.repeat(500)}`, web],
  ] as const)('%s is refused', (text, rules) => {
    const fault = redirectFault(text, rules)
    expect(fault).toMatch(/^(must|plain http)/)
    if (text !== '') expect(fault).not.toContain(text)
  })

  test('an address that the service calls itself is never a private scheme, nor plain http elsewhere', () => {
    expect(serverAddressFault('https://shop.example/out', web.issuer)).toBeUndefined()
    expect(serverAddressFault('http://shop.localhost/out', demo.issuer)).toBeUndefined()
    for (const wrong of ['com.example.app:/out', 'http://shop.localhost/out', 'https://a@b/out'])
      expect(serverAddressFault(wrong, web.issuer)).toBeDefined()
  })
})

describe('a redirect address that is asked for', () => {
  const registered = [
    'https://shop.example/cb?x=1',
    'http://127.0.0.1/cb',
    'http://localhost:3000/callback',
    'http://[::1]/cb',
    'com.example.app:/cb',
  ]
  const app = { redirectUris: registered, applicationType: 'native' } as const
  const site = { redirectUris: registered, applicationType: 'web' } as const

  test.each(registered)('%s matches letter by letter', (given) => {
    expect(matchesRedirectUri(app, given)).toBe(true)
    expect(matchesRedirectUri(site, given)).toBe(true)
  })

  test.each([
    'http://127.0.0.1:51234/cb',
    'http://localhost/callback',
    'http://localhost:65535/callback',
    'http://[::1]:1/cb',
  ])('%s differs by the port of loopback, which is free for native clients alone', (given) => {
    expect(matchesRedirectUri(app, given)).toBe(true)
    expect(matchesRedirectUri(site, given)).toBe(false)
  })

  test.each([
    'https://shop.example/cb',
    'https://shop.example/cb?x=1&y=2',
    'https://shop.example/cb?x=1#',
    'https://shop.example:443/cb?x=1',
    'https://SHOP.example/cb?x=1',
    'https://shop.example/cb/?x=1',
    'https://shop.example.evil.example/cb?x=1',
    'https://evil.example/?https://shop.example/cb?x=1',
    'http://127.0.0.1:0/cb',
    'http://127.0.0.1:65536/cb',
    'http://127.0.0.1:080/cb',
    'http://127.0.0.1:/cb',
    'http://127.0.0.1:80@evil.example/cb',
    'http://127.0.0.1:51234/cb/',
    'http://127.0.0.1:51234/cb?code=1',
    'http://127.0.0.1:51234/callback',
    'http://127.0.0.2:51234/cb',
    'http://127.0.0.1.evil.example/cb',
    'http://localhost:51234/cb',
    'https://localhost:3001/callback',
    'http://LOCALHOST:3001/callback',
    'http://localhost:3001/callback\n',
    'http://localhost.evil.example:3000/callback',
    'com.example.app:/cb2',
    '',
  ])('%s matches nothing', (given) => {
    expect(matchesRedirectUri(app, given)).toBe(false)
    expect(matchesRedirectUri(site, given)).toBe(false)
  })
})
