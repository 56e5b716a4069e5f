import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { testWithServices as test } from '../own-services.js'
import { basic, postForm, registerClients } from './clients-of.js'

test('a caller that tries secrets or assertions gets 429 in the form of RFC 6749, and the right secret is answered all the same', async ({
  folder,
  start,
}) => {
  const dataDir = folder()
  const config = join(dataDir, 'jotgate.yaml')
  writeFileSync(
    config,
    'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\nloginLimits: { address: 3 }\n',
  )
  const { client } = await registerClients(dataDir, {
    client: {
      ...{ name: 'a', kind: 'confidential', grants: ['client_credentials'] },
      ...{ scopes: [], audiences: ['api'] },
    },
  })
  const service = await start({ dataDir, env: { JOTGATE_CONFIG: config } })
  const ask = (secret: string) =>
    postForm(
      `${service.origin}/oauth/token`,
      { grant_type: 'client_credentials' },
      basic({ id: client.id, secret }),
    )
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  const assertion = { client_id: client.id, client_assertion: 'x', client_assertion_type: type }
  const prove = () =>
    postForm(`${service.origin}/oauth/token`, { grant_type: 'client_credentials', ...assertion })
  expect((await ask(client.secret)).status).toBe(200)
  for (let failures = 0; failures < 2; failures++) expect((await ask('x')).status).toBe(401)
  expect((await prove()).status).toBe(401)
  expect((await prove()).status).toBe(429)
  const { status, headers, body } = await ask('x')
  expect(status).toBe(429)
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
  expect(body).toMatchObject({ error: 'temporarily_unavailable' })
  expect((await ask(client.secret)).status).toBe(200)
})
