/** Milliseconds for one question to a store in the network: its caller hears of a failure within 300 ms. */
export const storeDeadline: { readonly default: number; readonly most: number } = {
  default: 250,
  most: 60_000,
}
