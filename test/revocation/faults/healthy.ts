import { setTimeout as sleep } from 'node:timers/promises'
import { hmacKey } from '../../../src/key/index.js'
import { createSigner } from '../../../src/token/index.js'
import { clockMs } from './history.js'
import type { Node } from './fleet.js'

/** How much to revoke, and for how long. */
export interface Pace {
  readonly perSecond: number
  readonly seconds: number
  /** One in so many revocations is of a token that is presented to every process until all refuse it. */
  readonly sampleOneIn: number
}

/** Result of {@link revokeSteadily}. Times in milliseconds. */
export interface Spread {
  readonly acknowledged: number
  readonly failed: number
  /** Acknowledgements in a second. */
  readonly rate: number
  /** From the request to the acknowledgement, of each revocation. */
  readonly ackMs: readonly number[]
  /** From the acknowledgement to the refusal by the last process, of each sample. */
  readonly refusedMs: readonly number[]
}

interface Site {
  readonly nodes: readonly Node[]
  readonly secret: string
  readonly issuer: string
}

/** Milliseconds between two bursts. */
const burstMs = 10
/** Milliseconds after which a sample counts as never refused. */
const patienceMs = 10_000

/** Revokes at a steady pace, in each process in turn, and measures how soon all of them refuse. */
export async function revokeSteadily(
  { nodes, secret, issuer }: Site,
  { perSecond, seconds, sampleOneIn }: Pace,
): Promise<Spread> {
  const key = hmacKey(Buffer.from(secret, 'hex'), 'HS256')
  const sign = createSigner({ key, issuer, audience: null, expiresIn: '15m', replaceable: ['jti'] })
  const ackMs: number[] = []
  const refusedMs: number[] = []
  let failed = 0
  const revokeOne = async (number: number): Promise<void> => {
    const jti = `steady-${String(number)}`
    const sampled = number % sampleOneIn === 0 ? await sign({ sub: 'user', jti }) : undefined
    const asked = clockMs()
    const answer = await nodes[number % nodes.length]?.ask('/revoke', { body: { jti } })
    const acked = clockMs()
    if (answer?.status !== 204) {
      failed++
      return
    }
    ackMs.push(acked - asked)
    if (sampled === undefined) return
    const times = await Promise.all(nodes.map((node) => refusedAt(node, sampled, acked)))
    refusedMs.push(Math.max(...times) - acked)
  }
  const pending: Promise<void>[] = []
  const began = clockMs()
  for (let number = 0; number < perSecond * seconds;) {
    const due = ((clockMs() - began) / 1000) * perSecond
    for (; number < Math.min(due, perSecond * seconds); number++) pending.push(revokeOne(number))
    await sleep(burstMs)
  }
  await Promise.all(pending)
  const rate = ackMs.length / ((clockMs() - began) / 1000)
  return { acknowledged: ackMs.length, failed, rate, ackMs, refusedMs }
}

/** When a process first refused a token, at the acknowledgement at the earliest. */
async function refusedAt(node: Node, token: string, acked: number): Promise<number> {
  for (;;) {
    const { status } = await node.ask('/', { token })
    const now = clockMs()
    if (status === 401) return now
    if (now > acked + patienceMs) return Infinity
    // A short wait, so that the requests themselves do not slow the process down.
    await sleep(5)
  }
}
