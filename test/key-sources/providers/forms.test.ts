import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { format } from 'prettier'
import { expect, test } from 'vitest'
import { privateKey } from '../../../src/key/index.js'
import { remoteJwks } from '../../../src/key-sources/remote-jwks.js'
import { createVerifier, signCompact } from '../../../src/token/index.js'
import { startJwksServer } from '../remote/jwks-server.js'
import { answer } from '../remote/sets.js'
import { forms } from './forms.js'
import type { Form } from './shapes.js'

// `RECORD=1 npx vitest run test/key-sources/providers` writes the page's table.
const page = fileURLToPath(new URL('../../../docs/provider-forms.md', import.meta.url))

async function tokenOf({ sign, header, claims, bend = (token) => token }: Form): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const payload = JSON.stringify({ sub: 'user-1', iat: now - 5, exp: now + 600, ...claims })
  const members = { kid: sign.kid, ...header }
  if (sign.alg !== 'none')
    return bend(await signCompact(Buffer.from(payload), privateKey(sign.key, sign.alg), members))
  const parts = [JSON.stringify({ alg: 'none', ...members }), payload]
  return `${parts.map((part) => Buffer.from(part).toString('base64url')).join('.')}.`
}

test.each(forms.map((form) => [`${form.provider}: ${form.token}; set: ${form.set}`, form]))(
  'the verifier says to a token in its public form what the page says: %s',
  async (_, form) => {
    const server = await startJwksServer((_request, response) => {
      response.writeHead(200, { 'content-type': form.type ?? 'application/json; charset=utf-8' })
      response.end(JSON.stringify(form.keys))
    })
    const { alg } = form.sign
    const algorithms = form.algorithms ?? [alg === 'none' ? 'RS256' : alg]
    const keys = remoteJwks(server.url, { algorithms, reach: 'loopback' })
    const verify = createVerifier({ keys, algorithms, ...form.expect })
    const token = await tokenOf(form)
    expect(await answer(verify, token)).toBe(form.result)
    if (form.result === 'accepted') {
      const [header = '', payload = '', signature = ''] = token.split('.')
      const changed = `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
      expect(await answer(verify, [header, payload, changed].join('.'))).toBe('SIGNATURE_INVALID')
    }
    await server.close()
  },
)

test('the page on forms has every one of them, at least 40', async () => {
  expect(forms.length).toBeGreaterThanOrEqual(40)
  const rows = forms.map(({ provider, set, token, result }) =>
    ['', provider, set, token, result === 'accepted' ? result : `\`${result}\``, '']
      .join(' | ')
      .trim(),
  )
  const table = [
    '| Issuer | Its key set | Its token | Result |',
    '| --- | --- | --- | --- |',
    ...rows,
  ]
  const text = readFileSync(page, 'utf8')
  const head = text.slice(0, text.indexOf('| Issuer'))
  const wanted = await format(`${head}${table.join('\n')}\n`, { parser: 'markdown' })
  if (process.env['RECORD'] !== undefined) writeFileSync(page, wanted)
  expect(readFileSync(page, 'utf8')).toBe(wanted)
})
