import { expect, test } from 'vitest'
import { readBody, type RouteBody } from '../../src/session-routes/body.js'
import { fakeCall } from '../gate/calls.js'

const json = fakeCall({ fields: [['content-type', 'application/json; charset=utf-8']] })

test.each<[string, RouteBody, unknown]>([
  ['bytes', { bytes: Buffer.from('{"a":1}') }, { a: 1 }],
  ['a parsed value', { parsed: { a: 1 } }, { a: 1 }],
  ['bytes that a parser has left', { parsed: Buffer.from('{"a":1}') }, { a: 1 }],
  ['text that a parser has left', { parsed: '{"a":1}' }, { a: 1 }],
  ['no bytes', { bytes: Buffer.alloc(0) }, undefined],
  ['nothing parsed', { parsed: undefined }, undefined],
])('readBody makes an object or nothing of %s', (_what, body, members) => {
  expect(readBody(json, body)).toEqual(members)
})

test('readBody takes the empty object that Express 4 makes of no body for none', () => {
  expect(readBody(fakeCall(), { parsed: {} })).toBeUndefined()
  expect(readBody(json, { parsed: {} })).toEqual({})
})

const circular: Record<string, unknown> = {}
circular['self'] = circular

test.each<[string, RouteBody]>([
  ['an array', { parsed: [1] }],
  ['a number', { bytes: Buffer.from('7') }],
  ['a member that comes twice', { bytes: Buffer.from('{"a":1,"a":2}') }],
  ['a member named __proto__', { parsed: JSON.parse('{"a":{"__proto__":{"b":1}}}') }],
  ['bytes that are no UTF-8', { bytes: Buffer.from([0x7b, 0xff, 0x7d]) }],
  ['an object in itself', { parsed: circular }],
  ['more levels than 16', { bytes: Buffer.from(`${'{"a":'.repeat(17)}1${'}'.repeat(17)}`) }],
])('readBody refuses %s', (_what, body) => {
  expect(() => readBody(json, body)).toThrow(/is not what this route takes/)
})

test('readBody gives an object that nobody can change', () => {
  const members = readBody(json, { parsed: { a: { b: 1 } } })
  expect([Object.isFrozen(members), Object.isFrozen(members?.['a'])]).toEqual([true, true])
})
