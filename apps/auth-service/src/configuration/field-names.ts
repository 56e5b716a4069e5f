/** Names of one level of the configuration file; what has names below it gives them. */
export interface FieldNames {
  readonly [name: string]: true | FieldNames
}

/** Names as this program writes them, and a line for each that can not be told apart. */
export interface NamedFields {
  readonly fields: unknown
  readonly faults: readonly string[]
}

/**
 * Writes the names of fields as this program has them: `Auth`, `AUTH` and `auth` are one, as in the configuration of
 * go-zero. What has no such name stays as it is, to be refused with all else that is wrong.
 *
 * @example nameFields({ AccessExpire: 900 }, { accessExpire: true }).fields // { accessExpire: 900 }
 */
export function nameFields(given: unknown, names: FieldNames, path = ''): NamedFields {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return { fields: given, faults: [] }
  const known = new Map(Object.keys(names).map((name) => [name.toLowerCase(), name]))
  const fields: Record<string, unknown> = {}
  const faults: string[] = []
  for (const [written, value] of Object.entries<unknown>({ ...given })) {
    const name = known.get(written.toLowerCase()) ?? written
    const below = Object.hasOwn(names, name) ? names[name] : undefined
    const inner =
      below === undefined || below === true
        ? { fields: value, faults: [] }
        : nameFields(value, below, `${path}${name}.`)
    if (Object.hasOwn(fields, name)) faults.push(`${path}${name}: is given twice`)
    fields[name] = inner.fields
    faults.push(...inner.faults)
  }
  return { fields, faults }
}
