import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { askStore } from '../../src/foundation/ask-store.js'
import { redisStores } from '../../src/stores/redis/index.js'
import { session } from '../../src/testkit/revocation-samples.js'
import { startRedis, type RedisServer } from '../setup/redis.js'
import { ioredisAt, nodeRedisAt } from './redis/servers.js'

let redis: RedisServer
beforeAll(async () => {
  redis = await startRedis({})
})
afterAll(() => redis.stop())

const deadlineMs = 500

/** Does nothing else for so long, as a long garbage collection or a busy machine would. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
}

describe.each(Object.entries({ ioredis: ioredisAt, 'node-redis': nodeRedisAt }))(
  'a process that stood still for longer than a deadline (%s)',
  (name, connect) => {
    test('a paused process takes the answer that had come meanwhile', async ({ expect }) => {
      const { client, close } = await connect(redis.url)
      const prefix = `paused-${name}`
      const { sessions, revocations } = redisStores(client, { prefix, deadlineMs })
      try {
        await expect.poll(() => sessions.find('none').catch(() => 'not yet')).toBeUndefined()
        // The server knows the script from here on: one question, one answer.
        await revocations.add([session('first')])
        const pid = redis.pid ?? expect.unreachable()
        process.kill(pid, 'SIGSTOP')
        const asked = Promise.allSettled([
          sessions.find('none'),
          askStore(deadlineMs, () => revocations.add([session('s')])),
        ])
        // Until the questions are on their way.
        await new Promise((resolve) => setTimeout(resolve, 20))
        // Behind the sockets: timers are the next that this process looks at.
        await new Promise((resolve) => setImmediate(resolve))
        const waking = spawn('sh', ['-c', `sleep 0.1; kill -CONT ${String(pid)}`])
        const woken = once(waking, 'exit')
        standStill(1000)
        expect((await asked).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled'])
        await woken
      } finally {
        close()
      }
    })
  },
)
