import { expect, test } from 'vitest'
import { together } from '../../src/stores/sql/together.js'

/** Steps that end when they are told to, and what each was given. */
function steps(most: number) {
  const given: (readonly number[])[] = []
  const ends: { resolve: () => void; reject: (cause: Error) => void }[] = []
  const step = (items: readonly number[]) => {
    given.push(items)
    return new Promise<void>((resolve, reject) => ends.push({ resolve, reject }))
  }
  return { add: together(step, most), given, ends }
}

/** Lets everything run that waits for nothing. */
const rest = () => new Promise((resolve) => setImmediate(resolve))

test('the first goes at once, and all who come while it runs go together, as far as there is room', async () => {
  const { add, given, ends } = steps(4)
  const first = add([1])
  expect(given).toEqual([[1]])
  const others = [add([2, 3]), add([4]), add([5, 6])]
  ends[0]?.resolve()
  await first
  await rest()
  expect(given).toEqual([[1], [2, 3, 4]])
  ends[1]?.resolve()
  await Promise.all(others.slice(0, 2))
  await rest()
  expect(given).toEqual([[1], [2, 3, 4], [5, 6]])
  ends[2]?.resolve()
  await others[2]
})

test('no caller gets an answer before the step that took its work has ended', async () => {
  const { add, ends } = steps(10)
  const told: string[] = []
  const first = add([1]).then(() => told.push('first'))
  const second = add([2]).then(() => told.push('second'))
  await rest()
  expect(told).toEqual([])
  ends[0]?.resolve()
  await first
  await rest()
  expect(told).toEqual(['first'])
  ends[1]?.resolve()
  await second
  expect(told).toEqual(['first', 'second'])
})

test('a step that fails is told to those in it and to those behind it, and the next begins anew', async () => {
  const { add, given, ends } = steps(10)
  const behind = [add([1]), add([2]), add([3])]
  const outcomes = Promise.allSettled(behind)
  const cause = new Error('no answer')
  ends[0]?.reject(cause)
  const rejected = { status: 'rejected', reason: cause }
  expect(await outcomes).toEqual([rejected, rejected, rejected])
  const next = add([4])
  expect(given).toEqual([[1], [4]])
  ends[1]?.resolve()
  await next
})

test('one who gives more than there is room for goes alone', async () => {
  const { add, given, ends } = steps(2)
  const all = [add([1]), add([2, 3, 4]), add([5])]
  for (let index = 0; index < 3; index++) {
    ends[index]?.resolve()
    await rest()
  }
  await Promise.all(all)
  expect(given).toEqual([[1], [2, 3, 4], [5]])
})
