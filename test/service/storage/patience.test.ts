import { pino } from 'pino'
import { expect, test } from 'vitest'
import { AuthError } from 'jotgate'
import { createPatience } from '../../../apps/auth-service/src/storage/start/patience.js'

const log = pino({ level: 'silent' })
const what = { name: 'the database', field: 'database' }

const away = (cause: Error = new Error('connection lost')) =>
  new AuthError('STORE_UNAVAILABLE', {}, { cause })
const refused = (code: string) => away(Object.assign(new Error(`state ${code}`), { code }))

/** A step that comes to these ends, one after the other. */
function stepping(ends: readonly (Error | undefined)[]) {
  let asked = 0
  const step = () => {
    const end = ends[asked++]
    return end === undefined ? Promise.resolve() : Promise.reject(end)
  }
  return { step, asked: () => asked }
}

test.each([
  ['is away', away()],
  ['is starting', refused('57P03')],
  ['has no room', refused('53300')],
  ['is not yet promoted', refused('25006')],
  ['is locked', away(Object.assign(new Error('locked'), { errcode: 5 }))],
])('a store that %s for a moment is waited for', async (_name, end) => {
  const { step, asked } = stepping([end, end, undefined])
  await createPatience({ log, seconds: 30 }).wait(what, step)
  expect(asked()).toBe(3)
})

test.each([
  ['a fault of the program', new TypeError('not a store')],
  ['a wrong password', refused('28P01')],
  ['a database that does not exist', refused('3D000')],
  ['a file that cannot be opened', away(Object.assign(new Error('no file'), { errcode: 14 }))],
  ['a wrong password of Redis', away(new Error('WRONGPASS invalid username-password pair'))],
])('%s is said at once', async (_name, end) => {
  const { step, asked } = stepping([end, undefined])
  await expect(createPatience({ log, seconds: 30 }).wait(what, step)).rejects.toBe(end)
  expect(asked()).toBe(1)
})

test('a step that never ends is given up, and the field is named', async () => {
  const patience = createPatience({ log, seconds: 0.2 })
  await expect(patience.wait(what, () => new Promise(() => undefined))).rejects.toThrow(
    /^database: the database did not answer within 0.2 s/,
  )
})

test('a start that gives up tells what was said before its last attempt was cut off', async () => {
  let asked = 0
  const step = () =>
    asked++ === 0 ? Promise.reject(away(new Error('refused'))) : new Promise(() => undefined)
  await expect(createPatience({ log, seconds: 0.3 }).wait(what, step)).rejects.toThrow(
    /did not answer within 0.3 s \(refused\)$/,
  )
})
