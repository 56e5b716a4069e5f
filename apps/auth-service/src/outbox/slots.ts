/** A fixed number of deliveries at once, of all targets. */
export interface Slots {
  free(): number
  take(count: number): void
  giveBack(count: number): void
}

/** @example const slots = createSlots(32) */
export function createSlots(size: number): Slots {
  let taken = 0
  return {
    free: () => size - taken,
    take: (count) => {
      taken += count
    },
    giveBack: (count) => {
      taken -= count
    },
  }
}
