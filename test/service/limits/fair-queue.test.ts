import { describe, expect, test } from 'vitest'
import { createFairQueue, type Turn } from '../../../apps/auth-service/src/limits/fair-queue.js'

/** Jobs that end when they are told to, and the order in which they began. */
function opened(slots: number) {
  const queue = createFairQueue(slots)
  const begun: string[] = []
  const ends: (() => void)[] = []
  const refused: string[] = []
  const ask = (network: string, account: string) => {
    const name = `${network}/${account}`
    const job = () => {
      begun.push(name)
      return new Promise<void>((resolve) => ends.push(resolve))
    }
    queue.run({ network, account }, job).catch((error: unknown) => {
      refused.push(`${name} ${(error as { code: string }).code}`)
    })
  }
  const settle = async () => {
    for (let i = 0; i < 10; i++) await Promise.resolve()
  }
  const endOne = async () => {
    ends.shift()?.()
    await settle()
  }
  return { queue, begun, refused, ask, endOne, settle }
}

describe('a fair queue', () => {
  test('networks take turns, however many jobs one of them has', async () => {
    const { begun, ask, endOne } = opened(2)
    for (let i = 0; i < 30; i++) ask('evil', `name-${String(i)}`)
    ask('home', 'bob')
    ask('office', 'carol')
    await endOne()
    await endOne()
    await endOne()
    expect(begun).toEqual(['evil/name-0', 'evil/name-1', 'evil/name-2', 'home/bob', 'office/carol'])
  })

  test('accounts of one network take turns, and one account has half of the slots at most', async () => {
    const { begun, ask, endOne, settle } = opened(4)
    for (let i = 0; i < 20; i++) ask('office', 'mallory')
    ask('office', 'bob')
    ask('office', 'carol')
    await settle()
    expect(begun).toEqual(['office/mallory', 'office/mallory', 'office/bob', 'office/carol'])
    ask('office', 'dave')
    await endOne()
    await endOne()
    expect(begun.slice(4)).toEqual(['office/mallory', 'office/dave'])
  })

  test('a job that cannot start yet is started when its account may run another', async () => {
    const { begun, queue, ask, endOne, settle } = opened(4)
    for (let i = 0; i < 5; i++) ask('office', 'mallory')
    await settle()
    expect([begun.length, queue.waiting()]).toEqual([2, 3])
    for (let i = 0; i < 3; i++) await endOne()
    expect([begun.length, queue.waiting()]).toEqual([5, 0])
  })

  test('the jobs that wait are bounded by account, by network and altogether', async () => {
    const { queue, refused, ask, settle } = opened(2)
    for (let i = 0; i < 40; i++) ask('evil', 'one')
    await settle()
    expect([queue.waiting(), refused.length]).toEqual([32, 7])
    for (let i = 0; i < 100; i++) ask('evil', `name-${String(i)}`)
    await settle()
    expect(queue.waiting()).toBe(64)
    expect(() => {
      queue.refuseWhenFull('evil')
    }).toThrow(expect.objectContaining({ code: 'BUSY', headers: { 'retry-after': '2' } }))
    queue.refuseWhenFull('home')
    for (let i = 0; i < 300; i++) ask(`network-${String(i)}`, 'bob')
    await settle()
    expect(queue.waiting()).toBe(256)
    expect(() => {
      queue.refuseWhenFull('home')
    }).toThrow(expect.objectContaining({ code: 'BUSY' }))
  })

  test('a job that fails leaves its slot, and nothing of it stays counted', async () => {
    const queue = createFairQueue(2)
    const turn: Turn = { network: 'home', account: 'bob' }
    const fails = () => Promise.reject(new Error('a job that fails'))
    for (let i = 0; i < 100; i++)
      await expect(queue.run(turn, fails)).rejects.toThrow('a job that fails')
    const all = Array.from({ length: 20 }, () => queue.run(turn, fails).catch(() => 'failed'))
    expect(await Promise.all(all)).toEqual(all.map(() => 'failed'))
    expect(queue.waiting()).toBe(0)
    expect(await queue.run(turn, () => Promise.resolve('in'))).toBe('in')
  })
})
