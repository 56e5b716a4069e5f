import type { Configuration } from '../configuration/configuration.js'
import { counted } from '../foundation/counted.js'
import type { Restored } from './finish-restore.js'

/** Seconds that clocks may differ by. */
const tolerance = 60

/**
 * Says what a restore has done, and what is left for the operator to look through.
 *
 * @example process.stdout.write(describeRestored(restored, configuration))
 */
export function describeRestored(restored: Restored, { redis }: Configuration): string {
  const { users, clients, sessions, newest, administrators } = restored
  return [
    `The database has ${counted(users, 'user')}, ${counted(clients, 'OAuth client')} and ${counted(sessions, 'live session')}. The newest of them is from ${when(newest)}.`,
    ...sayAhead(newest),
    saySessions(restored),
    redis === undefined
      ? 'Every access token issued until now is refused.'
      : 'Every access token issued until now is refused, at Redis too, which keeps what it knows.',
    '',
    'Whatever was changed after that time is as it was before. Look through these, and repeat the changes:',
    '  jotgate-service user list     users who were disabled, deleted or given another password or other roles',
    '  jotgate-service client list   clients that were disabled, removed or given another secret',
    'Second factors are as they were too: those that were removed since are asked for again, and recovery codes that were used since are valid again.',
    `Users with rights of administrators: ${administrators.join(', ') || 'none'}`,
    '',
  ].join('\n')
}

function saySessions({ ended, sessions }: Restored): string {
  if (ended !== undefined) return 'All sessions have been ended: everybody logs in again.'
  return [
    `--keep-sessions has kept ${counted(sessions, 'session')}. That risks:`,
    '  - sessions that were ended after the backup live again: logouts, and those of a thief;',
    '  - sessions that were refreshed after it end at their next refresh (REFRESH_ROLLED_BACK).',
  ].join('\n')
}

/** A copy that seems to be from the future: its clock or this one was wrong. */
function sayAhead(newest: number): string[] {
  if (newest <= Date.now() / 1000 + tolerance) return []
  return [
    'That is later than the clock of this machine says. If this clock is behind, set it right, and run `jotgate-service after-restore`: tokens issued until then are refused by the time.',
  ]
}

function when(seconds: number): string {
  return seconds === 0
    ? 'no known time'
    : new Date(seconds * 1000).toISOString().replace('.000', '')
}
