/** Milliseconds for one request to a networked store: its caller sees a failure within 300 ms. */
export const storeDeadline: { readonly default: number; readonly most: number } = {
  default: 250,
  most: 60_000,
}
