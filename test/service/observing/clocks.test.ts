import { afterEach, expect, test } from 'vitest'
import { watchClocks, type Clocks } from '../../../apps/auth-service/src/observing/clocks.js'

const opened: Clocks[] = []
afterEach(() => {
  for (const clocks of opened.splice(0)) clocks.close()
})

/** The notes of a process at the time 1000, and what it has logged. */
async function watch(store: { clock?: () => Promise<number> }, cutOffAhead = 0) {
  const logged: unknown[] = []
  const log = { warn: (note: unknown) => logged.push(note) }
  const status = { ready: true, entries: 0, staleness: 0, epoch: 'e', cutOffAhead }
  const clocks = await watchClocks({
    ...{ stores: { 'the database': store }, log, now: () => 1000 },
    revocation: { status: () => status },
  })
  opened.push(clocks)
  return { notes: clocks.notes(), logged }
}

test.each([
  [900, 'the clock of this process is 100 s ahead of the clock of the database'],
  [4600, 'the clock of this process is 3600 s behind the clock of the database'],
])('a note says by how much the clock differs from that of the store (%i)', async (time, text) => {
  const { notes, logged } = await watch({ clock: () => Promise.resolve(time) })
  expect(notes).toEqual([expect.stringContaining(text)])
  expect(logged).toEqual(notes)
})

test('a note says by how much a clock was wrong when a revocation was dated', async () => {
  const { notes, logged } = await watch({}, 3600)
  expect(notes).toEqual([expect.stringContaining('until 3600 s from now')])
  expect(logged).toEqual(notes)
})

test.each([
  ['clocks within a minute', { clock: () => Promise.resolve(1060) }],
  ['a store without a clock', {}],
  ['a store that does not answer', { clock: () => Promise.reject(new Error('down')) }],
])('%s cause no note', async (_, store) => {
  expect(await watch(store, 60)).toEqual({ notes: [], logged: [] })
})
