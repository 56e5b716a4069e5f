import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { webhookTypes } from '../../apps/auth-service/src/configuration/webhooks.js'
import { signatureOf } from '../../apps/auth-service/src/webhooks/signature.js'

const page = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8')

test('the page on webhooks lists every type that there is', () => {
  const listed = [...page.matchAll(/^\| `([\w.-]+)` +\|/gm)].map(([, type]) => type)
  expect(listed).toEqual([...webhookTypes])
})

/** The function of the page, as a reader would copy it. */
async function isGenuineOfPage() {
  const [, code = ''] = /```ts\n([^]*?)```/.exec(page) ?? []
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  })
  const address = `data:text/javascript,${encodeURIComponent(outputText)}`
  const { isGenuine } = (await import(/* @vite-ignore */ address)) as {
    isGenuine: (headers: Headers, body: string, secret: string) => boolean
  }
  return isGenuine
}

test('the receiver of the page on webhooks takes what the service signs, and nothing else', async () => {
  const isGenuine = await isGenuineOfPage()
  const [secret, other] = [
    'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    'C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
  ]
  const keys = [secret, other].map((each) => Buffer.from(each.replace('whsec_', ''), 'base64'))
  const sign = (timestamp: number) => {
    const body = '{"type":"session.ended"}'
    const headers = new Headers({
      'webhook-id': 'event-1',
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatureOf({ id: 'event-1', timestamp, body }, keys),
    })
    return { body, headers }
  }
  const now = Math.floor(Date.now() / 1000)
  const { body, headers } = sign(now)
  expect(isGenuine(headers, body, secret)).toBe(true)
  expect(isGenuine(headers, body, other)).toBe(true)
  expect(isGenuine(headers, `${body} `, secret)).toBe(false)
  expect(isGenuine(headers, body, 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA')).toBe(false)
  expect(isGenuine(sign(now - 600).headers, body, secret)).toBe(false)
  expect(isGenuine(new Headers(), body, secret)).toBe(false)
})
