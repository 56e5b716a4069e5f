import { afterEach, describe, expect, test } from 'vitest'
import { createVerifier } from '../../src/token/index.js'
import { createGate, type Gate } from '../../src/gate/index.js'
import { type GateOptions } from '../../src/gate/gate-options.js'
import { type Server } from './site.js'
import { audience, issuer, key } from './tokens.js'
import { frameworks } from './users.js'

const verify = createVerifier({ keys: key, algorithms: ['HS256'], issuer, audience })
const servers: Server[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

/** What callers in plain JavaScript can write; an unhandled rejection in any of these fails the run. */
const renderers: Readonly<Record<string, () => unknown>> = {
  nothing: () => undefined,
  'a promise': () => Promise.resolve({ body: '' }),
  'a rejection': () => Promise.reject(new Error('no template')),
  'status 99': () => ({ body: '', status: 99 }),
  'a broken content type': () => ({ body: '', contentType: 'a\nb' }),
  'an object as the body': () => ({ body: { error: 'no' } }),
}

const refusals: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new Error('no answer')
  },
  'returns nothing': () => undefined,
  'returns status 99': () => ({ status: 99, headers: {}, body: '' }),
}

describe.each(Object.entries(frameworks))('%s', (_framework, start) => {
  async function status(gate: Gate<unknown>) {
    const server = await start(gate)
    servers.push(server)
    const once = () => fetch(`${server.base}/users`, { signal: AbortSignal.timeout(2000) })
    const answers = [await once(), await once()]
    return answers.map((answer) => answer.status)
  }

  test.each(Object.entries(renderers))(
    'a renderer that returns %s is replaced by a 401',
    async (_name, render) => {
      // Of another type on purpose.
      const given = render as NonNullable<GateOptions<unknown>['render']>
      expect(await status(createGate({ verify, render: given }))).toEqual([401, 401])
    },
  )

  test.each(Object.entries(refusals))(
    'a gate whose answer %s sends 503, and answers the next call',
    async (_name, respond) => {
      const gate = createGate({ verify })
      const broken = Object.assign(gate.bind(undefined), gate, { respond }) as Gate<unknown>
      expect(await status(broken)).toEqual([503, 503])
    },
  )

  test('an answer that cannot be sent closes the connection', async () => {
    const gate = createGate({ verify })
    const headers = { 'bad name': 'x' }
    const respond = () => ({ status: 401, headers, body: '' })
    const broken = Object.assign(gate.bind(undefined), gate, { respond }) as Gate<unknown>
    // Some of them forget the header and send the 503; the others hang up. None leaves the caller waiting.
    const answered = await status(broken).catch((error: unknown) => (error as Error).name)
    expect([[503, 503], 'TypeError']).toContainEqual(answered)
  })
})
