/**
 * How many look-ups may start: a token bucket that holds one minute's worth, so that all of a minute may come at once.
 *
 * @example
 * const budget = new LookupBudget(600)
 * const wait = budget.take(now)
 */
export class LookupBudget {
  /** Seconds in which one look-up comes back. */
  readonly #cost: number
  /** Seconds that have passed and were not spent. */
  #credit = 60
  #at = 0

  constructor(perMinute: number) {
    this.#cost = 60 / perMinute
  }

  /**
   * Takes one look-up. Returns 0, or the whole seconds until there is one. `now` in Unix seconds; a clock that was put
   * back, or is broken, adds nothing.
   */
  take(now: number): number {
    const elapsed = now - this.#at
    this.#at = now
    if (elapsed > 0) this.#credit = Math.min(60, this.#credit + elapsed)
    if (this.#credit < this.#cost) return Math.ceil(this.#cost - this.#credit)
    this.#credit -= this.#cost
    return 0
  }
}
