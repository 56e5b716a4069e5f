import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from '../fleet/asking.js'
import type { World } from './world.js'

/** How long a revoked token may still be accepted: `maxStaleness`, in milliseconds. */
const maxStaleness = 10_000

/**
 * Presents a token whose revocation has been answered: at once to one process, and after `maxStaleness` to each. It is given in
 * the first half of its life, so that it has not expired by then.
 */
export function watch(world: World, token: string): void {
  world.later.push(presentAtOnce(world, token), presentLater(world, token))
}

async function presentAtOnce({ ask, record }: World, token: string): Promise<void> {
  const { status } = await ask({ operation: 'GET /user/profile', token })
  record.revoked.atOnce++
  if (status === 200) record.revoked.acceptedAtOnce++
}

async function presentLater({ fleet, record }: World, token: string): Promise<void> {
  await sleep(maxStaleness + 100)
  for (const { origin } of fleet.running()) {
    const { status, body } = await ask(origin, { operation: 'GET /user/profile', token })
    record.revoked.later++
    if (status === 401 && body['reason'] !== 'token_expired') record.revoked.refusedLater++
    if (status === 200) record.faults.push('a revoked token was accepted after maxStaleness')
  }
}
