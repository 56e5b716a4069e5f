import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { testWithServices as test } from '../own-services.js'
import { runService } from '../running-service.js'

const password = 'eleven herons over a weir'
const [attackers, victims] = [80, 25]

test('eighty connections that log in to one account without end keep nobody else from logging in', async ({
  folder,
  start,
}) => {
  const [dataDir, place] = [folder(), folder()]
  const config = join(place, 'jotgate.yaml')
  writeFileSync(
    config,
    'issuer: https://auth.example\naudience: api\nhosts: [auth.example]\ntrustedProxies: [127.0.0.1]\n',
  )
  const env = { JOTGATE_CONFIG: config }
  for (const name of ['mallory', 'victim'])
    await runService({ ...env, DATA_DIR: dataDir }, ['user', 'add', name], password)
  const service = await start({ dataDir, env })
  const login = async (username: string, address: string) => {
    const answer = await fetch(`${service.origin}/user/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify({ username, password }),
    })
    await answer.arrayBuffer()
    return answer.status
  }
  /** One victim after the other, each from an address of its own. */
  const logInAll = async () => {
    const from = performance.now()
    const statuses = []
    for (let at = 0; at < victims; at++)
      statuses.push(await login('victim', `198.51.100.${String(at)}`))
    const right = statuses.filter((status) => status === 200).length
    return { right, ms: (performance.now() - from) / victims }
  }
  const quiet = await logInAll()
  const attack = { isOver: false, answered: 0 }
  const insist = async () => {
    while (!attack.isOver) {
      attack.answered++
      if ((await login('mallory', '203.0.113.5')) !== 200) await sleep(20)
    }
  }
  const all = Array.from({ length: attackers }, insist)
  while (attack.answered < 2 * attackers) await sleep(10)
  const beside = await logInAll()
  attack.isOver = true
  await Promise.all(all)
  const ms = (time: number) => `${time.toFixed(0)} ms`
  console.log(
    `a login of ${String(victims)}: ${ms(quiet.ms)}, beside ${String(attackers)} connections of another account ${ms(beside.ms)}`,
  )
  expect(quiet.right).toBe(victims)
  expect(beside.right).toBeGreaterThanOrEqual(victims - 1)
})
