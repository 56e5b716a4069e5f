import { dayOf, minuteOf } from '../ui/times.js'
import { linear, timeTicks, type Scale } from './scale.js'
import { useWidth } from './use-width.js'

/** One span of a row; without an end it goes on. */
export interface Span {
  readonly kind: string
  readonly from: number
  readonly to: number | undefined
}

/** A row of the timeline. */
export interface TimelineRow {
  readonly id: string
  readonly label: string
  readonly spans: readonly Span[]
}

const rowHeight = 34
const axisHeight = 26
const labelHeight = 13

/** Rows of spans over time, with a line at now. Show it together with a table of the same data. */
export function Timeline(props: { rows: readonly TimelineRow[]; now: number; summary: string }) {
  const { rows, now, summary } = props
  const [box, width] = useWidth()
  const domain = domainOf(rows, now)
  const x = linear(domain, [4, Math.max(width - 4, 5)])
  const height = rows.length * rowHeight + axisHeight
  return (
    <div class="chart" ref={box}>
      <svg width={width} height={height} role="img" aria-label={summary}>
        <Axis x={x} domain={domain} geometry={{ width, height }} />
        {rows.map((row, index) => (
          <Spans key={row.id} row={row} place={{ x, top: index * rowHeight, end: domain[1] }} />
        ))}
        <line class="now-line" x1={x(now)} x2={x(now)} y1={0} y2={height - axisHeight} />
        {rows.map(({ id, label }, index) => (
          <text key={id} class="row-label" x={4} y={index * rowHeight + labelHeight - 2}>
            {label}
          </text>
        ))}
        <text class="now-text" x={x(now) + 4} y={height - axisHeight + 10}>
          now
        </text>
      </svg>
    </div>
  )
}

function Spans(props: { row: TimelineRow; place: { x: Scale; top: number; end: number } }) {
  const { row, place } = props
  const { x, top, end } = place
  return (
    <g>
      {row.spans.map(({ kind, from, to }) => (
        <rect
          key={kind}
          class={`span span-${kind}`}
          data-kind={kind}
          data-row={row.id}
          x={x(from)}
          y={top + labelHeight + 2}
          width={Math.max(x(to ?? end) - x(from), 2)}
          height={rowHeight - labelHeight - 8}
          rx={3}
        >
          <title>{`${row.label}: ${kind}`}</title>
        </rect>
      ))}
    </g>
  )
}

function Axis(props: {
  x: Scale
  domain: readonly [number, number]
  geometry: { width: number; height: number }
}) {
  const { x, domain, geometry } = props
  const isLong = domain[1] - domain[0] > 2 * 86_400
  const ticks = timeTicks(domain, Math.max(Math.floor(geometry.width / 110), 3))
  const bottom = geometry.height - axisHeight
  return (
    <g class="axis">
      {ticks.map((at) => (
        <g key={at}>
          <line x1={x(at)} x2={x(at)} y1={0} y2={bottom} />
          <text x={x(at)} y={geometry.height - 3} text-anchor={anchorAt(x(at), geometry.width)}>
            {isLong ? dayOf(at) : minuteOf(at)}
          </text>
        </g>
      ))}
    </g>
  )
}

/** At the rims a text would be cut. */
function anchorAt(x: number, width: number): 'start' | 'middle' | 'end' {
  if (x < 40) return 'start'
  return x > width - 40 ? 'end' : 'middle'
}

/** From the first to the last known time, now among them, and a bit more for what goes on. */
function domainOf(rows: readonly TimelineRow[], now: number): readonly [number, number] {
  const known = rows.flatMap(({ spans }) =>
    spans.flatMap(({ from, to }) => (to === undefined ? [from] : [from, to])),
  )
  const first = Math.min(now, ...known)
  const last = Math.max(now, ...known)
  const margin = Math.max((last - first) * 0.12, 60)
  return [first - margin / 4, last + margin]
}
