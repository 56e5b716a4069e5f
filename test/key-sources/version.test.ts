import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { hmacKey, type Key, publicJwk, verificationKey } from '../../src/key/index.js'
import { createSigner, createVerifier, type KeyFinder } from '../../src/token/index.js'
import { currentAndPrevious } from '../../src/key-sources/current-and-previous.js'
import { localJwks } from '../../src/key-sources/local-jwks.js'
import { staticKeys } from '../../src/key-sources/static.js'
import { ecKey } from './remote/setup.js'

interface Fixed {
  readonly signer: Key
  readonly keys: KeyFinder
}

const fixed: Readonly<Record<string, () => Fixed>> = {
  staticKeys: () => {
    const signer = ecKey()
    return { signer, keys: staticKeys([verificationKey(signer)]) }
  },
  localJwks: () => {
    const signer = ecKey()
    return { signer, keys: localJwks({ keys: [publicJwk(signer)] }, { algorithms: ['ES256'] }) }
  },
  currentAndPrevious: () => {
    const signer = hmacKey(randomBytes(32), 'HS256')
    const previous = hmacKey(randomBytes(32), 'HS256')
    return { signer, keys: currentAndPrevious({ current: signer, previous }) }
  },
}

/** A source, how often it was asked, and a way to say that a key of it has died. */
function watch(source: KeyFinder) {
  const state = { asked: 0, died: 0 }
  const keys: KeyFinder = {
    find: (header, signal) => {
      state.asked++
      return state.died === 0 ? source.find(header, signal) : undefined
    },
    matched: (key) => source.matched?.(key),
    version: () => source.version() + state.died,
  }
  return { keys, state }
}

test.each(Object.keys(fixed))(
  '%s keeps one version, so that its verified tokens stay in the cache until a key dies',
  async (name) => {
    const { signer, keys: source } = fixed[name]?.() ?? expect.unreachable()
    const { keys, state } = watch(source)
    const verify = createVerifier({
      keys,
      algorithms: [signer.alg],
      issuer: 'i',
      audience: 'a',
      cache: { entries: 10, bytes: 100_000 },
    })
    const sign = createSigner({ key: signer, issuer: 'i', audience: 'a', expiresIn: 60 })
    const token = await sign({ sub: 'u' })
    const version = source.version()
    for (let i = 0; i < 3; i++) await verify(token)
    expect(state.asked).toBe(1)
    await verify(await sign({ sub: 'other' }))
    await verify(await sign()).catch(() => undefined)
    expect(source.version()).toBe(version)
    expect(Number.isSafeInteger(version)).toBe(true)

    state.died = 1
    await expect(verify(token)).rejects.toMatchObject({ code: 'KEY_UNKNOWN' })
  },
)
