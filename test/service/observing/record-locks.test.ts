import { expect, test } from 'vitest'
import type { ServiceEvent } from '../../../apps/auth-service/src/events/event.js'
import { createAdmission } from '../../../apps/auth-service/src/limits/admission.js'
import { recordLocks } from '../../../apps/auth-service/src/observing/record-locks.js'
import { attempt, loginLimits, slots } from '../limits/attempts.js'

test('a lock is recorded once, with its end and the address that began it', async () => {
  const recorded: ServiceEvent[] = []
  const onLocked = recordLocks({ later: (event) => recorded.push(event) })
  const limits = createAdmission({
    configuration: { loginLimits },
    redis: undefined,
    slots,
    onLocked,
  })
  for (let i = 0; i < 3; i++) await attempt(limits, '10.0.0.1', 'Bob')
  expect(recorded).toEqual([])
  for (let i = 0; i < 5; i++) await attempt(limits, '10.0.0.1', 'Bob')
  const [{ details, ...event } = {}, ...others] = recorded
  expect(others).toEqual([])
  expect(event).toEqual({
    kind: 'user.locked',
    result: 'done',
    actor: { kind: 'service', id: 'jotgate' },
    subject: { kind: 'user', id: 'Bob', name: 'bob' },
    from: { address: '10.0.0.1' },
  })
  const { until, ...counts } = details as Record<string, number>
  expect(counts).toEqual({ wrongPasswords: 4 })
  expect(until).toBeGreaterThan(Date.now() / 1000)
})
