import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { testWithServices as test } from '../own-services.js'

test.for(['/user/login', '/console/login'])(
  'a crowd at %s is refused unread while the queue is full, and all others are answered',
  async (path, { folder, start }) => {
    const config = join(folder(), 'jotgate.yaml')
    const lines = ['issuer: https://auth.example', 'audience: api', 'hosts: [auth.example]']
    const limits = 'loginLimits: { account: 100, address: 10000, service: 10000 }'
    writeFileSync(config, [...lines, limits].join('\n'))
    const { origin } = await start({ dataDir: folder(), env: { JOTGATE_CONFIG: config } })
    const post = async (to: string, body: string) => {
      const headers = {
        origin,
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
      }
      const answer = await fetch(origin + to, { method: 'POST', headers, body })
      await answer.body?.cancel()
      return { status: answer.status, retryAfter: answer.headers.get('retry-after') }
    }
    const alone = await post(path, '{')
    expect([400, 403]).toContain(alone.status)
    const going = { isOver: false }
    // They retry at once, so that every free slot is taken, until all have been answered.
    const insist = async (_: unknown, at: number) => {
      const username = `nobody-${String(at % 4)}`
      const body = JSON.stringify({ username, password: 'whatever it may be' })
      for (;;) {
        const { status } = await post('/user/login', body)
        if (status !== 503) return status
        await sleep(20)
      }
    }
    const crowd = Promise.all(Array.from({ length: 100 }, insist))
    void crowd.then(() => (going.isOver = true))
    const unreadable = []
    while (!going.isOver) unreadable.push(await post(path, '{'))
    expect(await crowd).toEqual(Array.from({ length: 100 }, () => 401))
    expect(unreadable).toContainEqual({ status: 503, retryAfter: '2' })
    expect(await post(path, '{')).toEqual(alone)
  },
)
