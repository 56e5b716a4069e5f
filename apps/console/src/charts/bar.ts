/** One bar: its stacked values, from the bottom, in the order of the series. */
export interface Bar {
  readonly at: number
  readonly values: readonly number[]
}
