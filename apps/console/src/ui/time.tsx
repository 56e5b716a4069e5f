import { away, localNow, moment } from './times.js'

/** A time in words, with the exact one beside it or, in tables, behind it. */
export function Time({
  at,
  now = localNow(),
  isShort = false,
}: {
  at: number
  now?: number
  isShort?: boolean
}) {
  const exact = moment(at, now)
  const machine = new Date(at * 1000).toISOString()
  return (
    <time dateTime={machine} title={isShort ? exact : undefined}>
      {away(at, now)}
      {!isShort && <span class="exact"> {exact}</span>}
    </time>
  )
}
