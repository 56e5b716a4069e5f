const word = '[A-Za-z_][A-Za-z0-9_]{0,62}'

/** A name of a column that needs no escaping. */
export const columnName = new RegExp(`^${word}$`)

/** A table with its schema, or without. */
export const tableName = new RegExp(`^(?:${word}\\.)?${word}$`)
