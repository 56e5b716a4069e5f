/**
 * The columns that statements on sessions ask for, by name: a column added by the next release changes no answer, and
 * outdates no prepared statement.
 */
export const sessionColumns = `id, sid, subject, client, scope, audience, generation, parent, created_at, rotated_at,
    absolute_expiry, idle_expiry, ended_at, revocation_due, meta, details`
