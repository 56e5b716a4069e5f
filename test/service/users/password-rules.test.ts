import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
// As it was built: its thread loads what was built.
import { createPasswordRules } from '../../../apps/auth-service/dist/users/password-rules.js'

const rules = createPasswordRules({ name: 'jotgate', audience: 'api', hosts: ['auth.example'] })
/** As dear to compare with the lists as a password may be. */
const dear = 'p4ssw0rd@4('.repeat(10)
const cheap = 'p4ssw0rd@4('.repeat(2)

test('what is compared with the lists holds nobody up who only has a token', async () => {
  expect(await rules('nine otters asleep in reeds', ['bob'])).toBeUndefined()
  const before = performance.eventLoopUtilization()
  const faults = await Promise.all(Array.from({ length: 8 }, () => rules(dear, ['bob'])))
  const { utilization } = performance.eventLoopUtilization(before)
  expect(new Set(faults)).toEqual(new Set(['must not be a common or easily guessed password']))
  expect(utilization).toBeLessThan(0.5)
})

test('a caller who comes when too many passwords are being compared is refused at once', async () => {
  // All ask in one turn: how dear each is does not matter.
  const all = Array.from({ length: 200 }, () => rules(cheap, []).catch((error: unknown) => error))
  const refused = await Promise.race(all.slice(-100))
  expect(refused).toMatchObject({ code: 'BUSY', headers: { 'retry-after': '2' } })
  const outcomes = await Promise.all(all)
  expect(outcomes.filter((each) => typeof each === 'string').length).toBeGreaterThanOrEqual(8)
  expect(await rules('nine otters asleep in reeds', [])).toBeUndefined()
})
