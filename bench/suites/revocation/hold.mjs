import { randomUUID } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import process from 'node:process'
import { createRevocation } from 'jotgate'
import { accessTtl, issuer, readOnce, tokenEntries } from './entries.mjs'
import { MapTable } from './map-table.mjs'

// A process that holds a list of ids, by itself: what they take in memory, and what a full garbage collection takes.
process.once(
  'message',
  (/** @type {{ what: string, count: number, rounds: number }} */ order) => void answer(order),
)
process.once('disconnect', () => process.exit(0))

/** @param {{ what: string, count: number, rounds: number }} order */
async function answer({ what, count, rounds }) {
  const before = used()
  const held = await hold(what, count)
  const bytes = (used() - before) / count
  const gcMs = Array.from({ length: rounds }, timeOfCollection)
  if (held.size() !== (what === 'nothing' ? 0 : count)) throw new Error('something is lost')
  process.send?.({ bytes, gcMs })
}

/**
 * @param {string} what
 * @param {number} count
 * @returns {Promise<{ size: () => number }>}
 */
async function hold(what, count) {
  if (what === 'nothing') return { size: () => 0 }
  if (what === 'Set<string>') {
    const set = new Set()
    // As texts come out of JSON: in one piece.
    for (let n = 0; n < count; n++) set.add(Buffer.from(randomUUID()).toString('latin1'))
    return { size: () => set.size }
  }
  if (what === 'Map per kind') {
    const table = new MapTable()
    const expiresAt = Math.floor(Date.now() / 1000) + 7200
    for (let n = 0; n < count; n++) {
      const value = Buffer.from(randomUUID()).toString('latin1')
      table.add({ kind: 'jti', issuer, value, expiresAt })
    }
    return { size: () => table.size }
  }
  const store = readOnce(tokenEntries(count))
  const revocation = createRevocation({ store, issuer, accessTtl })
  await revocation.start()
  return { size: () => revocation.status().entries }
}

/** Bytes of the heap and of what lies beside it, without what nobody holds any more. */
function used() {
  for (let times = 0; times < 4; times++) collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function timeOfCollection() {
  const start = performance.now()
  collect()
  return performance.now() - start
}

function collect() {
  if (!globalThis.gc) throw new Error('runs with --expose-gc')
  globalThis.gc()
}
