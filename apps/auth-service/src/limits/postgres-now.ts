/** The time of the server, which all processes share, in milliseconds; the same in all parts of a statement. */
export const now = '(EXTRACT(EPOCH FROM statement_timestamp()) * 1000)::bigint'
