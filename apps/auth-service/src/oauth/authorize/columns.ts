import type { SqlRow } from 'jotgate/stores/sqlite'
import { z } from 'zod'

const whole = z.coerce.number().int()

/** A column of text. */
export function textOf(row: SqlRow, column: string): string {
  return z.string().parse(row[column])
}

/** A column with a whole number; PostgreSQL answers BIGINT as text. */
export function integerOf(row: SqlRow, column: string): number {
  return whole.parse(row[column])
}
