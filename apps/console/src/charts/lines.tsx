import { linear, roundUp, type Scale } from './scale.js'
import { TimeGrid, ValueGrid } from './stacked-bars.js'
import { useWidth } from './use-width.js'

/** A point; without a value there is a gap. */
export interface Point {
  readonly at: number
  readonly value: number | undefined
}

/** A line with its name. */
export interface Line {
  readonly name: string
  readonly points: readonly Point[]
}

const height = 190
const frame = { left: 40, right: 8, top: 8, bottom: 22 }

/** Values over time. Show it together with a legend and a table. */
export function Lines(props: {
  lines: readonly Line[]
  span: readonly [number, number]
  /** What lies above the last known bound is drawn there. */
  ceiling: number
  summary: string
}) {
  const { lines, span, ceiling, summary } = props
  const [box, width] = useWidth()
  const values = lines.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []))
  const top = roundUp(Math.max(...values.map((value) => Math.min(value, ceiling)), 1))
  const x = linear(span, [frame.left, Math.max(width - frame.right, frame.left + 1)])
  const y = linear([0, top], [height - frame.bottom, frame.top])
  return (
    <div class="chart" ref={box}>
      <svg width={width} height={height} role="img" aria-label={summary}>
        <TimeGrid x={x} span={span} width={width} />
        <ValueGrid y={y} marks={[0, top / 2, top]} width={width} />
        {lines.map(({ name, points }, index) => (
          <g key={name} class={`line line-${String(index)}`} data-line={name}>
            <path d={pathOf(points, { x, y, ceiling })} />
            {points.map(
              ({ at, value }) =>
                value !== undefined && (
                  <circle key={at} cx={x(at)} cy={y(Math.min(value, ceiling))} r={2.2} />
                ),
            )}
          </g>
        ))}
      </svg>
    </div>
  )
}

function pathOf(
  points: readonly Point[],
  { x, y, ceiling }: { x: Scale; y: Scale; ceiling: number },
): string {
  let isOpen = false
  return points
    .map(({ at, value }) => {
      if (value === undefined) {
        isOpen = false
        return ''
      }
      const place = `${x(at).toFixed(1)} ${y(Math.min(value, ceiling)).toFixed(1)}`
      const command = isOpen ? 'L' : 'M'
      isOpen = true
      return command + place
    })
    .join('')
}
