/** The names of one level of the configuration file; a name with a level below it has its names, in each entry of a list. */
export interface FieldNames {
  readonly [name: string]: true | FieldNames
}

/** Fields with this program's names, and one line for each name given twice. */
export interface NamedFields {
  readonly fields: unknown
  readonly faults: readonly string[]
}

/**
 * Renames fields to this program's names: `Auth`, `AUTH` and `auth` are the same, as in go-zero's configuration.
 * Unknown names stay, and are refused later together with all other faults.
 *
 * @example nameFields({ AccessExpire: 900 }, { accessExpire: true }).fields // { accessExpire: 900 }
 */
export function nameFields(given: unknown, names: FieldNames, path = ''): NamedFields {
  if (Array.isArray(given)) return nameEach(given, names, path)
  if (typeof given !== 'object' || given === null) return { fields: given, faults: [] }
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

function nameEach(list: readonly unknown[], names: FieldNames, path: string): NamedFields {
  const named = list.map((each, at) => nameFields(each, names, `${path}${String(at)}.`))
  return {
    fields: named.map(({ fields }) => fields),
    faults: named.flatMap(({ faults }) => faults),
  }
}
