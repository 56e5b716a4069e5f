/** One bar: what is stacked in it, from the bottom, in the order of the series. */
export interface Bar {
  readonly at: number
  readonly values: readonly number[]
}
