import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import type { Claim } from './claims.js'

const line = z.object({
  chain: z.string(),
  seq: z.int(),
  mac: z.string(),
  at: z.number().optional().catch(undefined),
  /** Of a line of the log, in milliseconds. */
  time: z.number().optional().catch(undefined),
})

/**
 * The heads in a file: lines of `audit-heads.jsonl`, of `audit heads`, of an export, or of the service's log, from the first
 * brace of each. Other lines are passed over.
 *
 * @throws a system error when the file cannot be read
 * @example for await (const head of readHeads('audit-heads.jsonl')) claims.add(head)
 */
export async function* readHeads(file: string): AsyncGenerator<Claim> {
  for await (const text of createInterface({
    input: createReadStream(file),
    crlfDelay: Infinity,
  })) {
    const begin = text.indexOf('{')
    const { data } = line.safeParse(begin < 0 ? undefined : parse(text.slice(begin)))
    if (data === undefined) continue
    const { time, at = time === undefined ? undefined : time / 1000, ...head } = data
    yield { ...head, at, source: 'the exported heads' }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
