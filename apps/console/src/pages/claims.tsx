import { away, moment } from '../ui/times.js'
import { Empty } from '../ui/states.js'

/** Claims that are times, by RFC 7519 section 4.1 and OpenID Connect, with the words for before and after. */
const times: Readonly<Record<string, readonly [ahead: string, past: string]>> = {
  exp: ['expires', 'expired'],
  nbf: ['valid from', 'valid since'],
  iat: ['issued', 'issued'],
  auth_time: ['logged in', 'logged in'],
  updated_at: ['changed', 'changed'],
}

/** The members of a header or of claims, as JSON, times in words beside them. */
export function Claims({ of, now, nothing }: { of: unknown; now: number; nothing: string }) {
  if (typeof of !== 'object' || of === null) return <Empty>{nothing}</Empty>
  return (
    <dl class="claims">
      {Object.entries(of).map(([name, value]) => (
        <div key={name}>
          <dt class="code">{name}</dt>
          <dd>
            <span class="code">{JSON.stringify(value)}</span>
            {typeof value === 'number' && times[name] && (
              <span class="words">{inWords(times[name], value, now)}</span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function inWords([ahead, past]: readonly [string, string], at: number, now: number): string {
  // Beyond what a date can be there is nothing to say in words.
  if (Math.abs(at) > 8.64e12) return 'no time'
  return `${at > now ? ahead : past} ${away(at, now)}, at ${moment(at, now)}`
}
