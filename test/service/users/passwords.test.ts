import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism, getPriority } from 'node:os'
import { expect, test } from 'vitest'
// As it was built: its threads load what was built.
import { check } from '../../../apps/auth-service/dist/users/hashing/hashing-thread.js'
import { createPasswords } from '../../../apps/auth-service/dist/users/passwords.js'

const passwords = await createPasswords()

const atOnce = 2 * availableParallelism()
const backlog = 64

test('a crowd gets in a few at a time, and those beyond who can wait are turned away at once', async () => {
  for (let round = 0; round < 2; round++) {
    let [begun, going, most] = [0, 0, 0]
    let open = (): void => undefined
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    const work = async () => {
      begun++
      most = Math.max(most, ++going)
      await opened
      going--
      throw new Error('whatever became of it')
    }
    const answers = Array.from({ length: atOnce + backlog + 400 }, () =>
      passwords.admit(work).catch((error: unknown) => error),
    )
    await Promise.resolve()
    expect(begun).toBe(atOnce)
    expect(passwords.load().waiting).toBe(backlog)
    open()
    const found = await Promise.all(answers)
    const refused = found.filter((error) => (error as { code?: string }).code === 'BUSY')
    expect(refused).toHaveLength(400)
    expect(refused[0]).toMatchObject({ headers: { 'retry-after': '2' } })
    expect([begun, most]).toEqual([atOnce + backlog, atOnce])
  }
})

test('a password is checked as it was made, in either spelling, and against nobody', async () => {
  const [composed, apart] = ['caf\u00e9 au lait', 'cafe\u0301 au lait']
  const phc = await passwords.hash(apart)
  expect(await passwords.check(composed, phc)).toBe(true)
  expect(await passwords.check(apart, phc)).toBe(true)
  expect(await passwords.check('cafe au lait', phc)).toBe(false)
  expect(await passwords.check(composed, undefined)).toBe(false)
  expect(await passwords.check(composed, 'no hash at all')).toBe(false)
  expect(passwords.load()).toMatchObject({ running: 0, waiting: 0 })
})

test('the first of two spellings takes no less work when it is right than when none is', async () => {
  const phc = await passwords.hash('caf\u00e9 au lait')
  const work = (typed: string): number => {
    const before = process.cpuUsage()
    check({ spellings: [typed.normalize('NFKC'), typed], phc })
    const { user, system } = process.cpuUsage(before)
    return user + system
  }
  work('warming up')
  // In pairs, of which the middle one counts: a busy machine slows single ones.
  const ratios = Array.from(
    { length: 11 },
    () => work('cafe\u0301 au lait') / work('cafe\u0301 sans lait'),
  ).sort((x, y) => x - y)
  expect(ratios[5]).toBeGreaterThan(0.75)
  expect(ratios[5]).toBeLessThan(1.5)
})

test('who is gone when the turn comes is not hashed for', async () => {
  await expect(passwords.check('x', undefined, () => true)).rejects.toMatchObject({ code: 'BUSY' })
})

test.runIf(process.platform === 'linux')('what hashes gives way to what answers', async () => {
  await Promise.all(Array.from({ length: 8 }, () => passwords.check('x', undefined)))
  // The fields after the name, which may hold blanks: the 17th is the priority, as `nice` counts.
  const priorities = readdirSync('/proc/self/task').map((task) => {
    const [, fields = ''] = readFileSync(`/proc/self/task/${task}/stat`, 'utf8').split(/\) (.*)/)
    return Number(fields.split(' ')[16])
  })
  const giving = priorities.filter((priority) => priority > getPriority())
  expect(giving.length).toBeGreaterThan(0)
  expect(giving.length).toBeLessThanOrEqual(availableParallelism())
})
