/** From values to pixels. */
export type Scale = (value: number) => number

/**
 * A linear scale from one span to another.
 *
 * @example linear([0, 10], [0, 100])(5) // 50
 */
export function linear(
  [from, to]: readonly [number, number],
  [start, end]: readonly [number, number],
): Scale {
  const span = to - from || 1
  return (value) => start + ((value - from) / span) * (end - start)
}

/**
 * The smallest round number at or above a value: 1, 2 or 5 times a power of ten.
 *
 * @example roundUp(37) // 50
 */
export function roundUp(value: number): number {
  if (value <= 1) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  const factor = [1, 2, 5, 10].find((each) => each * power >= value) ?? 10
  return factor * power
}

/** In seconds; none is shorter than the precision of an axis label. */
const steps = [
  60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600,
  2_592_000, 7_776_000, 31_536_000,
]

/**
 * Round times within a span, at most `most` of them.
 *
 * @example timeTicks([0, 3600], 4) // [0, 1800, 3600]
 */
export function timeTicks([from, to]: readonly [number, number], most: number): number[] {
  const step = steps.find((each) => (to - from) / each <= most) ?? (to - from) / most
  const first = Math.ceil(from / step) * step
  const count = Math.floor((to - first) / step) + 1
  return Array.from({ length: Math.max(count, 0) }, (_, index) => first + index * step)
}
