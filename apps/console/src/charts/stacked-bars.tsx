import { minuteOf } from '../ui/times.js'
import { type Bar } from './bar.js'
import { linear, roundUp, timeTicks, type Scale } from './scale.js'
import { useWidth } from './use-width.js'

/** The data of a chart over time. */
export interface BarsProps {
  readonly bars: readonly Bar[]
  readonly series: readonly string[]
  /** Length of a bar's step, in seconds. */
  readonly step: number
  readonly summary: string
}

const height = 190
const frame = { left: 40, right: 8, top: 8, bottom: 22 }

/** Counts over time, stacked. Show it together with a legend and a table. */
export function StackedBars({ bars, series, step, summary }: BarsProps) {
  const [box, width] = useWidth()
  const top = roundUp(Math.max(...bars.map(({ values }) => sum(values)), 1))
  const span = spanOf(bars, step)
  const x = linear(span, [frame.left, Math.max(width - frame.right, frame.left + 1)])
  const y = linear([0, top], [height - frame.bottom, frame.top])
  return (
    <div class="chart" ref={box}>
      <svg width={width} height={height} role="img" aria-label={summary}>
        <TimeGrid x={x} span={span} width={width} />
        <ValueGrid y={y} marks={[0, top / 2, top]} width={width} />
        {bars.map((bar) => (
          <BarOf key={bar.at} bar={bar} series={series} scales={{ x, y, step }} />
        ))}
      </svg>
    </div>
  )
}

function BarOf(props: {
  bar: Bar
  series: readonly string[]
  scales: { x: Scale; y: Scale; step: number }
}) {
  const { bar, series, scales } = props
  const { x, y, step } = scales
  const left = x(bar.at)
  const width = Math.max(x(bar.at + step) - left - 1, 1)
  return (
    <g>
      {bar.values.map((value, index) => {
        if (value === 0) return null
        const below = sum(bar.values.slice(0, index))
        return (
          <rect
            key={index}
            class={`series-${String(index)}`}
            data-series={series[index]}
            x={left}
            width={width}
            y={y(below + value)}
            height={Math.max(y(below) - y(below + value), 1)}
          >
            <title>{`${minuteOf(bar.at)} ${series[index] ?? ''}: ${String(value)}`}</title>
          </rect>
        )
      })}
    </g>
  )
}

/** The grid of the times, shared by the charts of a page. */
export function TimeGrid(props: { x: Scale; span: readonly [number, number]; width: number }) {
  const { x, span, width } = props
  return (
    <g class="axis">
      {timeTicks(span, Math.max(Math.floor(width / 85), 2)).map((at) => (
        <g key={at}>
          <line x1={x(at)} x2={x(at)} y1={frame.top} y2={height - frame.bottom} />
          <text x={x(at)} y={height - 5} text-anchor="middle">
            {minuteOf(at)}
          </text>
        </g>
      ))}
    </g>
  )
}

/** The grid of the values. */
export function ValueGrid(props: {
  y: Scale
  marks: readonly number[]
  width: number
  unit?: string
}) {
  const { y, marks, width, unit = '' } = props
  return (
    <g class="axis">
      {marks.map((value) => (
        <g key={value}>
          <line x1={frame.left} x2={width - frame.right} y1={y(value)} y2={y(value)} />
          <text x={frame.left - 6} y={y(value) + 4} text-anchor="end">
            {String(value)}
            {unit}
          </text>
        </g>
      ))}
    </g>
  )
}

/** From the beginning of the first bar to the end of the last. */
function spanOf(bars: readonly Bar[], step: number): readonly [number, number] {
  const first = bars[0]?.at ?? 0
  return [first, (bars.at(-1)?.at ?? first) + step]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
