import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { notify } from '../../src/foundation/listener.js'
import { codeOf, isBytes, isError, isThenable } from '../../src/foundation/realms.js'
import { hmacKey } from '../../src/index.js'

/** A value of another realm, as Jest gives a test its own. */
const foreign = (code: string): unknown => runInNewContext(code)

describe('values of another realm', () => {
  it('values of another realm are errors with their codes', () => {
    const error = foreign(`Object.assign(new TypeError('x'), { code: 'ENOENT' })`)
    expect(error instanceof Error).toBe(false)
    expect([isError(error), codeOf(error)]).toEqual([true, 'ENOENT'])
    expect(codeOf(foreign(`Object.assign(new Error('x'), { code: 7 })`))).toBeUndefined()
    expect(isError(AbortSignal.abort().reason)).toBe(true)
  })

  it('values of another realm are no errors when they only look like one', () => {
    for (const value of [{ name: 'Error', message: 'x' }, 'Error', null, undefined, Error])
      expect([isError(value), codeOf(value)]).toEqual([false, undefined])
  })

  it('values of another realm are bytes, and nothing else that has a length is', () => {
    expect(isBytes(foreign('new Uint8Array(2)'))).toBe(true)
    expect(isBytes(Buffer.alloc(2))).toBe(true)
    for (const value of [new Uint16Array(2), new DataView(new ArrayBuffer(2)), [1, 2], 'ab', null])
      expect(isBytes(value)).toBe(false)
  })

  it('values of another realm are thenable', () => {
    expect(isThenable(foreign('Promise.resolve(1)'))).toBe(true)
    for (const value of [{ then: 1 }, {}, null, 'then']) expect(isThenable(value)).toBe(false)
  })

  it('values of another realm are taken as a secret', () => {
    const bytes = foreign('Uint8Array.from({ length: 32 }, () => Math.floor(Math.random() * 256))')
    expect(hmacKey(bytes as Uint8Array, 'HS256').kind).toBe('secret')
  })

  it('a listener that rejects with a promise of another realm ends no process', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    notify(() => foreign(`Promise.reject('from another realm')`), {})
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })
})
