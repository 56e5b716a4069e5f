import { type Keys, type RingKey } from '../api/admin/generated/types.js'
import { Timeline, type Span, type TimelineRow } from '../charts/timeline.js'

const kinds = [
  ['pre-published', 'published, does not sign yet'],
  ['active', 'signs'],
  ['retired', 'signs no more, still verifies'],
] as const

/** The ring over time: when each key is published, signs, and only verifies. */
export function KeyTimeline({ data }: { data: Keys }) {
  const signing = data.keys.filter(({ state }) => state === 'active').map(({ kid }) => kid)
  const summary = `Timeline of ${String(data.keys.length)} keys; ${
    signing.length === 0 ? 'none signs' : `${signing.join(', ')} signs`
  }. The table below has the times.`
  return (
    <>
      <Timeline rows={data.keys.map(rowOf)} now={data.now} summary={summary} />
      <ul class="legend">
        {kinds.map(([kind, meaning]) => (
          <li key={kind}>
            <span class={`swatch span-${kind}`} aria-hidden="true" /> {kind}: {meaning}
          </li>
        ))}
      </ul>
    </>
  )
}

function rowOf(key: RingKey): TimelineRow {
  const short = key.kid.length > 14 ? `${key.kid.slice(0, 12)}…` : key.kid
  return { id: key.kid, label: `${short} ${key.alg}, ${key.state}`, spans: spansOf(key) }
}

/** An undecided end stays open; a state that never was has no span. */
function spansOf({ createdAt, activeFrom, activeUntil, removedAt }: RingKey): readonly Span[] {
  const spans: Span[] = [{ kind: 'pre-published', from: createdAt, to: activeFrom ?? removedAt }]
  if (activeFrom !== undefined)
    spans.push({ kind: 'active', from: activeFrom, to: activeUntil ?? removedAt })
  if (activeUntil !== undefined) spans.push({ kind: 'retired', from: activeUntil, to: removedAt })
  return spans.filter(({ from, to }) => to === undefined || to > from)
}
