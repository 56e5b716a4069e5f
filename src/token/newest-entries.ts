/**
 * A map that keeps the entries set last, at most `most` of them: first in, first out. Reading an entry changes nothing.
 *
 * @example
 * const recent = new NewestEntries<number>(1000)
 * recent.set('a', 1)
 */
export class NewestEntries<Value> {
  readonly #most: number
  readonly #entries = new Map<unknown, Value>()

  constructor(most: number) {
    this.#most = most
  }

  get(key: unknown): Value | undefined {
    return this.#entries.get(key)
  }

  /** Makes the entry the newest; the oldest one goes when there are too many. */
  set(key: string, value: Value): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#most) return
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest)
      return
    }
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }
}
