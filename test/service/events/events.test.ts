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

const failing: EventSink = { take: () => Promise.reject(new Error('full')) }

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
  expect(taken?.id).toMatch(/^[\w-]{22}$/)
  expect(taken?.at).toBeGreaterThanOrEqual(before)
  expect(taken?.at).toBeLessThanOrEqual(Date.now() / 1000)
  expect(logged).toEqual([])
})

test('a sink that fails is logged, keeps nothing from the others, and only keep rejects', async () => {
  const { sink, taken } = listening()
  const logged: unknown[] = []
  const log = { error: (...line: unknown[]) => logged.push(line[1]) }
  const events = createEvents({ sinks: [failing, sink], log })
  await events.record(event)
  expect(logged).toEqual(['an event could not be recorded'])
  await expect(events.keep(event)).rejects.toThrow('full')
  expect(taken).toHaveLength(2)
})

test('a refusal of an unknown account reaches the sinks that count them', () => {
  const { sink, networks } = listening()
  const log = { error: () => undefined }
  createEvents({ sinks: [failing, sink], log }).refusedUnknown('203.0.113.7')
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
