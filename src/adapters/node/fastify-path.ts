/**
 * In the `config` of a Fastify route: the path that rules name, where Fastify cannot read the names of its parameters,
 * such as `:user-id`. Shared by every copy of this package.
 */
export const declaredPath = Symbol.for('jotgate/declared-path')

/**
 * In the `config` of a Fastify route: it asks a gate by itself, so a gate on an instance around it leaves it out. Shared
 * by every copy of this package.
 */
export const guardsItself = Symbol.for('jotgate/guards-itself')
