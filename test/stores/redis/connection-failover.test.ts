import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createRevocation } from '../../../src/revocation/index.js'
import { redisStores } from '../../../src/stores/redis/index.js'
import { startRedisCluster } from '../../setup/redis-cluster.js'
import { clusterClients } from './servers.js'

/** More than a Cluster on a busy machine takes to have a new primary, and its clients to hear of it. */
const tries = 30

test('a process that starts when a primary has just died gets its feed once a replica has taken over', async () => {
  const cluster = await startRedisCluster({ replicas: true })
  const closing: (() => void)[] = []
  try {
    // The first of the clients' lists: the keys of two in three lie elsewhere, and it is asked for them all the same.
    process.kill(cluster.nodes[0]?.pid ?? expect.unreachable(), 'SIGKILL')
    const starts = ['a', 'b', 'c'].map(async (prefix) => {
      // One of its own each: what one asks makes its client look anew, for all. By ioredis: node-redis waits at its own
      // `connect` for the node that is gone.
      const { client, close } = await clusterClients(cluster).ioredis()
      closing.push(close)
      return start(redisStores(client, { prefix }).revocations)
    })
    expect(await Promise.all(starts)).toEqual(starts.map(() => 'started'))
  } finally {
    for (const close of closing) close()
    await cluster.stop()
  }
})

/** As a service does at its start: again and again. */
async function start(store: ReturnType<typeof redisStores>['revocations']): Promise<string> {
  let fault: unknown
  for (let left = tries; left > 0; left--) {
    const revocation = createRevocation({ store, issuer: 'https://auth.example', accessTtl: '15m' })
    try {
      await revocation.start()
      return 'started'
    } catch (error) {
      fault = error
      await sleep(500)
    } finally {
      revocation.close()
    }
  }
  return String((fault as Error).cause)
}
