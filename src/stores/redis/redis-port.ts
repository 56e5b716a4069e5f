import { askStore } from '../../foundation/ask-store.js'
import { openConnection } from './connection.js'
import type { RedisDriver, RedisPort, RedisReply, RedisScript, ScriptInput } from './port.js'
import { isAnswer, toReply } from './reply.js'
import { createServerClock, type ServerClock } from '../server-clock.js'

/** Adds deadlines to a driver's client, and scripts that never run late. */
export function redisPort(driver: RedisDriver, deadlineMs: number): RedisPort {
  const clock = createServerClock(() => performance.now())
  return Object.freeze({
    sharded: driver.sharded,
    command: (key, args) => askStore(deadlineMs, async () => toReply(await driver.send(key, args))),
    run: (script, input) => {
      const endsAt = performance.now() + deadlineMs
      return askStore(deadlineMs, () => runBefore(endsAt, { driver, clock, script, input }))
    },
    connect: (key) => openConnection(driver, key, deadlineMs),
  } satisfies RedisPort)
}

interface Run {
  readonly driver: RedisDriver
  readonly clock: ServerClock
  readonly script: RedisScript
  readonly input: ScriptInput
}

/**
 * If the server calls a script late before its deadline here, the server's clock was unknown: the script runs again.
 */
async function runBefore(endsAt: number, run: Run): Promise<RedisReply> {
  while (performance.now() < endsAt) {
    const [state, clock, reply] = await evaluate(run, run.clock.timeAt(endsAt))
    run.clock.note(clock)
    if (state === 'done') return reply
  }
  throw new Error('the script arrived after its deadline')
}

type Outcome = readonly [state: 'done' | 'late', clock: number, reply: RedisReply]

async function evaluate({ driver, script, input }: Run, notAfter: number): Promise<Outcome> {
  const { keys, args } = input
  const rest = [String(keys.length), ...keys, ...args.map(String), String(notAfter)]
  try {
    return toOutcome(await driver.send(keys[0], ['EVALSHA', script.sha1, ...rest]))
  } catch (error) {
    if (!isAnswer(error, 'NOSCRIPT')) throw error
    return toOutcome(await driver.send(keys[0], ['EVAL', script.text, ...rest]))
  }
}

function toOutcome(answer: unknown): Outcome {
  const reply = toReply(answer)
  if (!Array.isArray(reply)) throw new TypeError('a script answered without its clock')
  const [state, clock, result = null] = reply as readonly RedisReply[] // Array.isArray forgets the members' type
  if ((state === 'done' || state === 'late') && typeof clock === 'number')
    return [state, clock, result]
  throw new TypeError('a script answered without its clock')
}
