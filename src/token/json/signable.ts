/** Where a value stands: its name, the object that holds it, and the place of that object. */
interface Place {
  readonly name: string
  readonly holder: object
  readonly outer: Place | undefined
}

/** How deep a record may nest, itself included, and what its members are called in errors. */
export interface SignableLimits {
  readonly maxDepth: number
  /** `claim`, `header member`. */
  readonly what: string
  /** Takes a `bigint`, and notes it here: such a record needs `writeJson`. Default: none is taken. */
  readonly bigints?: { found: boolean }
}

/**
 * Replaces the members of a record by plain data that JSON writes exactly as it is. Each member is read once, so what
 * was checked is what is signed, also when a getter stands behind it. An object with `toJSON` becomes what JSON would
 * write: a `Date` its text, an `ObjectId` its hexadecimal digits. Members that are undefined stay out, as in JSON.
 *
 * @param original the object of the caller that `record` is a copy of, to recognise a cycle
 * @throws TypeError naming the path of a value that JSON would change silently or cannot write, and never the value
 * @example makeSignable({ at: new Date(0) }, original, { maxDepth: 32, what: 'claim' }) // at: '1970-01-01T00:00:00.000Z'
 */
export function makeSignable(
  record: Record<string, unknown>,
  original: object,
  limits: SignableLimits,
): void {
  for (const name of Object.keys(record)) {
    const value = record[name]
    if (typeof value === 'string' || value === undefined) continue
    const place = { name, holder: original, outer: undefined }
    record[name] = toPlain(value, place, limits)
  }
}

function toPlain(value: unknown, place: Place, limits: SignableLimits): unknown {
  switch (typeof value) {
    case 'object':
      return value === null ? null : objectToPlain(value, place, limits)
    case 'number':
      if (!Number.isFinite(value)) throw unsignable(place, limits, 'is not a finite number')
      if (Number.isInteger(value) && !Number.isSafeInteger(value))
        throw unsignable(place, limits, 'is an integer beyond 2^53; use a bigint or text')
      return value
    case 'bigint':
      if (limits.bigints === undefined)
        throw unsignable(place, limits, 'is a bigint, which cannot stand there')
      limits.bigints.found = true
      return value
    case 'function':
    case 'symbol':
      throw unsignable(place, limits, `is a ${typeof value}, which JSON cannot represent`)
    default:
      return value
  }
}

function objectToPlain(value: object, place: Place, limits: SignableLimits): unknown {
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    const written: unknown = Reflect.apply(value.toJSON, value, [place.name])
    if (written === undefined || written === null)
      throw unsignable(place, limits, 'has no value in JSON; an invalid Date has none')
    return typeof written === 'object'
      ? membersToPlain(written, place, limits)
      : toPlain(written, place, limits)
  }
  return membersToPlain(value, place, limits)
}

function membersToPlain(container: object, place: Place, limits: SignableLimits): unknown {
  checkPlace(container, place, limits)
  if (Array.isArray(container)) return itemsToPlain(container, place, limits)
  if (!isPlain(container))
    throw unsignable(
      place,
      limits,
      'is an instance of a class, of which JSON would leave something out; give it a toJSON, or pass plain data',
    )
  const copy: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(container)) {
    const inner = { name, holder: container, outer: place }
    if (name === '__proto__') throw unsignable(inner, limits, 'has a name that no verifier accepts')
    copy[name] = toPlain(value, inner, limits)
  }
  return copy
}

function itemsToPlain(
  items: readonly unknown[],
  place: Place,
  limits: SignableLimits,
): readonly unknown[] {
  const copy: unknown[] = []
  // By index, because a hole is read as undefined, and because Array.from takes twice as long.
  for (let index = 0; index < items.length; index++) {
    const item = items[index]
    if (typeof item === 'string') {
      copy.push(item)
      continue
    }
    const inner = { name: String(index), holder: items, outer: place }
    if (item === undefined)
      throw unsignable(inner, limits, 'is undefined, which JSON would make null')
    copy.push(toPlain(item, inner, limits))
  }
  return copy
}

/** Refuses a container that holds itself, or that lies deeper than any verifier reads. */
function checkPlace(container: object, place: Place, limits: SignableLimits): void {
  let depth = 1
  for (let at: Place | undefined = place; at; at = at.outer) {
    if (at.holder === container) throw unsignable(place, limits, 'contains itself')
    depth++
  }
  if (depth > limits.maxDepth)
    throw unsignable(
      place,
      limits,
      `nests deeper than the ${String(limits.maxDepth)} levels that verifiers read`,
    )
}

/** Also of another realm, such as a `node:vm` context: its prototype is then another root. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

function unsignable(place: Place, { what }: SignableLimits, problem: string): TypeError {
  const path: string[] = []
  for (let at: Place | undefined = place; at; at = at.outer) path.unshift(at.name)
  return new TypeError(`the ${what} "${path.join('.')}" ${problem}`)
}
