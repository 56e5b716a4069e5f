/**
 * What a statement on sessions asks for, by name: a column that the next release has added changes no answer, and no
 * statement that a connection keeps prepared becomes outdated by it.
 */
export const sessionColumns = `id, sid, subject, client, scope, audience, generation, parent, created_at, rotated_at,
    absolute_expiry, idle_expiry, ended_at, meta`
