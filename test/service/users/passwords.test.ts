import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, getPriority } from 'node:os'
import { expect, test } from 'vitest'
// The built files, because the threads load those.
import { check } from '../../../apps/auth-service/dist/users/hashing/hashing-thread.js'
import { createPasswords } from '../../../apps/auth-service/dist/users/passwords.js'
import { cpuMs } from '../../setup/cpu-time.js'

const tasks = () => (process.platform === 'linux' ? readdirSync('/proc/self/task') : [])
/** Threads of other files in this process, which are not those of the passwords here. */
const others = new Set(tasks())
const passwords = await createPasswords()

test('a password is right in either spelling of its characters, and wrong where there is no hash', async () => {
  const [composed, apart] = ['caf\u00e9 au lait', 'cafe\u0301 au lait']
  const phc = await passwords.hash(apart)
  expect(await passwords.check(composed, phc)).toBe(true)
  expect(await passwords.check(apart, phc)).toBe(true)
  expect(await passwords.check('cafe au lait', phc)).toBe(false)
  expect(await passwords.check(composed, undefined)).toBe(false)
  expect(await passwords.check(composed, 'no hash at all')).toBe(false)
  expect(passwords.load()).toMatchObject({ running: 0, waiting: 0 })
})

test('a right first spelling takes as much work as two wrong ones', async () => {
  const phc = await passwords.hash('caf\u00e9 au lait')
  const work = (typed: string): number =>
    cpuMs(() => {
      check({ spellings: [typed.normalize('NFKC'), typed], phc })
    })
  work('warming up')
  // In pairs, of which the middle one counts: a busy machine slows single ones.
  const ratios = Array.from(
    { length: 11 },
    () => work('cafe\u0301 au lait') / work('cafe\u0301 sans lait'),
  ).sort((x, y) => x - y)
  expect(ratios[5]).toBeGreaterThan(0.75)
  expect(ratios[5]).toBeLessThan(1.5)
})

test('nothing is hashed for a caller that has gone', async () => {
  await expect(passwords.check('x', undefined, () => true)).rejects.toMatchObject({ code: 'BUSY' })
})

test.runIf(process.platform === 'linux')(
  'hashing threads have a lower priority than the thread that answers',
  async () => {
    await Promise.all(Array.from({ length: 8 }, () => passwords.check('x', undefined)))
    // The fields after the name, which may hold blanks: the 17th is the priority, as `nice` counts.
    const own = tasks().filter((task) => !others.has(task))
    const priorities = own.map((task) => {
      const [, fields = ''] = readFileSync(`/proc/self/task/${task}/stat`, 'utf8').split(/\) (.*)/)
      return Number(fields.split(' ')[16])
    })
    const giving = priorities.filter((priority) => priority > getPriority())
    expect(giving.length).toBeGreaterThan(0)
    expect(giving.length).toBeLessThanOrEqual(availableParallelism())
  },
)
