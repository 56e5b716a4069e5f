import { expect, test } from 'vitest'
import { createQueue } from '../../../apps/auth-service/src/limits/queue.js'

const [slots, mostWaiting] = [4, 64]

test('a queue runs a few jobs at a time, and refuses those beyond the ones that may wait at once', async () => {
  const queue = createQueue(slots)
  for (let round = 0; round < 2; round++) {
    let [begun, running, most] = [0, 0, 0]
    let open = (): void => undefined
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    const job = async () => {
      begun++
      most = Math.max(most, ++running)
      await opened
      running--
      throw new Error('a job that fails')
    }
    const answers = Array.from({ length: slots + mostWaiting + 400 }, () =>
      queue.run(job).catch((error: unknown) => error),
    )
    await Promise.resolve()
    expect(begun).toBe(slots)
    expect(queue.load()).toMatchObject({ running: slots, waiting: mostWaiting })
    open()
    const found = await Promise.all(answers)
    const refused = found.filter((error) => (error as { code?: string }).code === 'BUSY')
    expect(refused).toHaveLength(400)
    expect(refused[0]).toMatchObject({ headers: { 'retry-after': '2' } })
    expect([begun, most]).toEqual([slots + mostWaiting, slots])
    expect(queue.load()).toMatchObject({ running: 0, waiting: 0 })
  }
  expect(queue.load().done).toBe(2 * (slots + mostWaiting))
})
