import { expect, test } from 'vitest'
import { theService, type RecordedEvent } from '../../../apps/auth-service/src/events/event.js'
import { createEvents, type EventSink } from '../../../apps/auth-service/src/events/events.js'
import { eventKinds } from '../../../apps/auth-service/src/events/kinds.js'
import { currentPlace, placeOf, withPlace } from '../../../apps/auth-service/src/events/place.js'

/** What the tests record. */
const event = { kind: 'key.rotated', result: 'done', actor: theService } as const

function listening() {
  const taken: RecordedEvent[] = []
  const networks: string[] = []
  const sink: EventSink = {
    take: (each) => {
      taken.push(each)
      return Promise.resolve()
    },
    refusedUnknown: (network) => networks.push(network),
  }
  return { taken, networks, sink }
}

test('every sink gets one event, with one id and one time', async () => {
  const [one, other] = [listening(), listening()]
  const logged: unknown[] = []
  const log = { error: (...line: unknown[]) => logged.push(line) }
  const before = Date.now() / 1000
  await createEvents({ sinks: [one.sink, other.sink], log }).record(event)
  expect(one.taken).toHaveLength(1)
  expect(one.taken).toEqual(other.taken)
  const [taken] = one.taken
  expect(taken).toMatchObject(event)
  expect(taken?.id).toMatch(/^[0-9a-f]{32}$/)
  expect(taken?.at).toBeGreaterThanOrEqual(before)
  expect(taken?.at).toBeLessThanOrEqual(Date.now() / 1000)
  expect(logged).toEqual([])
})

/** A sink that fails a given number of times, and what it has been asked for. */
function failing(failures: number) {
  const asked: RecordedEvent[] = []
  const taken: RecordedEvent[] = []
  const sink: EventSink = {
    take: (each) => {
      asked.push(each)
      if (asked.length <= failures) return Promise.reject(new Error('full'))
      taken.push(each)
      return Promise.resolve()
    },
  }
  return { asked, taken, sink }
}

function logging() {
  const logged: unknown[] = []
  return { logged, log: { error: (...line: unknown[]) => logged.push(line[1]) } }
}

test('a sink that fails is asked again for the same event, and keeps nothing from the others', async () => {
  const { sink, taken } = listening()
  const away = failing(2)
  const { log, logged } = logging()
  const events = createEvents({ sinks: [away.sink, sink], log, retryAfter: 1 })
  await events.record(event)
  expect(taken).toHaveLength(1)
  await expect.poll(() => away.taken).toEqual(taken)
  expect(away.asked).toHaveLength(3)
  expect(logged).toEqual([])
})

test('an event that a sink never takes is logged, after a bounded number of attempts', async () => {
  const away = failing(Infinity)
  const { log, logged } = logging()
  const events = createEvents({ sinks: [away.sink], log, retryAfter: 1 })
  await events.record(event)
  await expect.poll(() => logged).toEqual(['an event could not be recorded'])
  expect(away.asked).toHaveLength(8)
})

test('keep rejects when a sink fails, and does not ask again by itself', async () => {
  const away = failing(1)
  const { log } = logging()
  const events = createEvents({ sinks: [away.sink], log, retryAfter: 1 })
  await expect(events.keep(event)).rejects.toThrow('full')
  await events.close()
  expect(away.asked).toHaveLength(1)
})

test('what is left for later has the time when it happened, and close records it', async () => {
  const { sink, taken } = listening()
  const { log } = logging()
  const events = createEvents({ sinks: [sink], log, pause: () => 3_600_000 })
  const before = Date.now() / 1000
  events.later(event)
  const after = Date.now() / 1000
  expect(taken).toEqual([])
  await events.close()
  expect(taken).toHaveLength(1)
  expect(taken[0]?.at).toBeGreaterThanOrEqual(before)
  expect(taken[0]?.at).toBeLessThanOrEqual(after)
})

test('close asks a sink that failed once more, and logs what it still refuses', async () => {
  const [back, away] = [failing(1), failing(2)]
  const { log, logged } = logging()
  const events = createEvents({ sinks: [back.sink, away.sink], log, retryAfter: 3_600_000 })
  await events.record(event)
  await events.close()
  expect([back.taken, away.taken].map((each) => each.length)).toEqual([1, 0])
  expect(logged).toEqual(['an event could not be recorded'])
})

test('what is left for later comes after a pause of which the default is at random', async () => {
  const { sink, taken } = listening()
  const { log } = logging()
  const events = createEvents({ sinks: [sink], log })
  for (let count = 0; count < 20; count++) events.later(event)
  await new Promise((resolve) => setImmediate(resolve))
  expect(taken).toEqual([])
  await expect.poll(() => taken).toHaveLength(20)
})

test('a refusal of an unknown account reaches the sinks that count them', () => {
  const { sink, networks } = listening()
  const log = { error: () => undefined }
  createEvents({ sinks: [failing(0).sink, sink], log }).refusedUnknown('203.0.113.7')
  expect(networks).toEqual(['203.0.113.7'])
})

test('the place of a call is known inside withPlace alone', async () => {
  const headers = (name: string) => (name === 'user-agent' ? ['a'.repeat(300)] : [])
  const place = placeOf({ address: '203.0.113.7', headers })
  expect(place).toEqual({ address: '203.0.113.7', userAgent: 'a'.repeat(256) })
  expect(placeOf({ address: '', headers: () => [] })).toEqual({})
  const inside = await withPlace(place, async () => {
    await Promise.resolve()
    return currentPlace()
  })
  expect(inside).toEqual(place)
  expect(currentPlace()).toBeUndefined()
})

test('each kind of event has a sentence that says what it is', () => {
  const entries = Object.entries(eventKinds)
  expect(entries.length).toBeGreaterThan(20)
  for (const [kind, words] of entries) {
    expect(kind).toMatch(/^[a-z]+\.[a-z-]+$/)
    expect(words.length, kind).toBeGreaterThan(10)
  }
})
