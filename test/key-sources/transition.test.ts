import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { ErrorCode } from '../../src/foundation/errors.js'
import { hmacKey, type Key } from '../../src/key/index.js'
import { createSigner, createVerifier } from '../../src/token/index.js'
import { currentAndPrevious } from '../../src/key-sources/current-and-previous.js'
import { describeVectors } from '../vectors/find.js'

const [current, previous, third] = Array.from({ length: 3 }, () =>
  hmacKey(randomBytes(32), 'HS256'),
)

const token = (key: Key | undefined, expired = false) =>
  createSigner({
    ...{ key: key as Key, issuer: null, audience: null, expiresIn: 60 },
    replaceable: ['iat'],
  })({
    ...(expired ? { iat: 1_000_000_000 } : {}),
  })

/** What go-zero says, and what is said here. */
type Said = 'ok' | ErrorCode
const saidByGo: Readonly<Record<string, Said>> = {
  'true <nil>': 'ok',
  'false Token is expired': 'TOKEN_EXPIRED',
  'false signature is invalid': 'SIGNATURE_INVALID',
}

interface Step {
  readonly run: RegExp
  readonly token: () => Promise<string>
  readonly ours: Said
  /** Where we say something else on purpose, and why. */
  readonly because?: string
}

const steps: readonly Step[] = [
  {
    run: /^fresh parser, expired token signed with CURRENT .* => (.*)$/m,
    token: () => token(current, true),
    ours: 'TOKEN_EXPIRED',
  },
  {
    run: /^fresh parser, expired token signed with PREV => (.*)$/m,
    token: () => token(previous, true),
    ours: 'TOKEN_EXPIRED',
    because: 'the key that made the signature decides, not the one that was tried last',
  },
  { run: /^valid current => (.*)$/m, token: () => token(current), ours: 'ok' },
  {
    run: /^count cur=1>prev=0: expired token signed with CURRENT .* => (.*)$/m,
    token: () => token(current, true),
    ours: 'TOKEN_EXPIRED',
    because: 'the key that made the signature decides, not the one that was tried last',
  },
  {
    run: /^expired token signed with PREV => (.*)$/m,
    token: () => token(previous, true),
    ours: 'TOKEN_EXPIRED',
  },
  { run: /^valid prev => (.*)$/m, token: () => token(previous), ours: 'ok' },
  {
    run: /^tie again -> prev first; expired current => (.*)$/m,
    token: () => token(current, true),
    ours: 'TOKEN_EXPIRED',
  },
  { run: /^third key => (.*)$/m, token: () => token(third), ours: 'SIGNATURE_INVALID' },
]

const verifierOf = (keys: ReturnType<typeof currentAndPrevious>) =>
  createVerifier({ keys, algorithms: ['HS256'], issuer: null, audience: null })

const pair = () => currentAndPrevious({ current: current as Key, previous: previous as Key })

describeVectors('the runs of a Go service that changes its secret', (read) => {
  test('each step decides as the Go service does, except for the listed differences', async () => {
    const runs = read.text('go-originals/gozero_transition_runs.txt')
    const verify = verifierOf(pair())
    let differences = 0
    for (const { run, token: make, ours, because } of steps) {
      const theirs = saidByGo[run.exec(runs)?.[1] ?? '']
      expect(theirs, run.source).toBeDefined()
      const said = await verify(await make()).then(
        () => 'ok',
        (error: unknown) => (error as { code: string }).code,
      )
      expect(said, run.source).toBe(ours)
      expect(said === theirs, run.source).toBe(because === undefined)
      if (because !== undefined) differences++
    }
    expect({ steps: steps.length, differences }).toEqual({ steps: 8, differences: 2 })
  })
})

test('tokens of both keys are valid, counted and explained', async () => {
  const keys = pair()
  const verify = verifierOf(keys)
  for (let i = 0; i < 3; i++) await verify(await token(current))
  await verify(await token(previous))
  expect(keys.usage()).toMatchObject({ current: 3, previous: 1 })
  await expect(verify.explain(await token(previous))).resolves.toMatchObject({ ok: true })
  expect(keys.usage()).toMatchObject({ current: 3, previous: 1 })
})
