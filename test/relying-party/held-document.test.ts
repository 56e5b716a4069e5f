import { expect, test } from 'vitest'
import { holdDocument } from '../../src/relying-party/held-document.js'

/** A source that answers with how often it was asked, or fails while `isDown`. */
function source() {
  const state = { at: 1_000_000, asked: 0, isDown: false }
  const load = () => {
    state.asked++
    return state.isDown ? Promise.reject(new Error('down')) : Promise.resolve(state.asked)
  }
  return { state, held: holdDocument<number>(load, () => state.at) }
}

test('many callers at once ask once, and for an hour none of them asks again', async () => {
  const { state, held } = source()
  expect(await Promise.all([held(), held(), held()])).toEqual([1, 1, 1])
  state.at += 3599
  expect([await held(), state.asked]).toEqual([1, 1])
})

test('after an hour the document of before is answered at once, and the next caller has the new one', async () => {
  const { state, held } = source()
  await held()
  state.at += 3601
  expect(await held()).toBe(1)
  expect([await held(), state.asked]).toEqual([2, 2])
})

test('a source that is down is asked once a second, and its document serves for a day', async () => {
  const { state, held } = source()
  await held()
  state.isDown = true
  state.at += 80_000
  for (let times = 0; times < 5; times++) expect(await held()).toBe(1)
  expect(state.asked).toBe(2)
  state.at += 7000
  await expect(held()).rejects.toThrow('down')
  // Within the second of the pause as well.
  await expect(held()).rejects.toThrow('down')
  expect(state.asked).toBe(3)
  state.isDown = false
  state.at += 1
  expect(await held()).toBe(4)
})

test('a source that fails at first is asked again after a second', async () => {
  const { state, held } = source()
  state.isDown = true
  await expect(held()).rejects.toThrow('down')
  state.isDown = false
  await expect(held()).rejects.toThrow('down')
  state.at += 1
  expect(await held()).toBe(2)
})
