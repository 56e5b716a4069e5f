import { SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { allOf, requireRoles, requireScopes, type Guard } from '../../gate/authorize.js'

type Access = 'public' | 'optional'
type MarkGuard = ClassDecorator & MethodDecorator

const accessKey = 'jotgate:access'
const guardsKey = 'jotgate:guards'
const reflector = new Reflector()

/** Requires no token; on a handler it overrides the class. A handler with guards of its own stays guarded. */
export const Public = (): CustomDecorator => SetMetadata(accessKey, 'public' satisfies Access)

/** Also admits calls without a token; an invalid token is still refused. */
export const OptionalAuth = (): CustomDecorator =>
  SetMetadata(accessKey, 'optional' satisfies Access)

/**
 * Requires every one of these roles, else 403. On a class it applies to every handler, in addition to the handler's
 * own.
 */
export const Roles = (...roles: readonly string[]): MarkGuard => Authorize(requireRoles(...roles))

/** Requires every one of these scopes, else 403 with them in the challenge. */
export const Scopes = (...scopes: readonly string[]): MarkGuard =>
  Authorize(requireScopes(...scopes))

/**
 * Requires any guard: `anyOf(…)`, `not(…)`, `requireClaim(…)`.
 *
 * @example @Authorize(anyOf(requireRoles('admin'), requireScopes('orders:write')))
 */
export function Authorize(guard: Guard<unknown>): MarkGuard {
  return (target: object, name?: string | symbol, descriptor?: PropertyDescriptor) => {
    const marked: unknown = descriptor ? descriptor.value : target
    const mark = SetMetadata(guardsKey, [...guardsOf(marked), guard])
    if (name !== undefined && descriptor) mark(target, name, descriptor)
    // Without a descriptor the target is the class itself.
    else mark(target as new () => unknown)
  }
}

/** The requirements of a handler and its class. */
export interface Marks {
  readonly isPublic: boolean
  /** Only if marked; otherwise the gate's own policy applies. */
  readonly optional?: true
  readonly authorize?: Guard<unknown>
}

/**
 * Reads the marks. In doubt a token is required: guards next to `@Public` win, and a guard on a handler closes what its
 * class opens.
 *
 * @example if (marksOf(context).isPublic) return true
 */
export function marksOf(context: ExecutionContext): Marks {
  const [handler, whole] = [context.getHandler(), context.getClass()]
  const own = guardsOf(handler)
  const inherited = guardsOf(whole)
  const access = accessOf(handler)
  const isFree = own.length === 0 && (access !== undefined || inherited.length === 0)
  const found = isFree ? (access ?? accessOf(whole)) : undefined
  const guards = [...inherited, ...own]
  return {
    isPublic: found === 'public',
    ...(found === 'optional' ? { optional: true as const } : {}),
    ...(guards.length === 0 ? {} : { authorize: allOf(...guards) }),
  }
}

function accessOf(marked: object): Access | undefined {
  return reflector.get<Access | undefined>(accessKey, marked as () => unknown) // a handler or a class
}

function guardsOf(marked: unknown): readonly Guard<unknown>[] {
  const found = reflector.get<readonly Guard<unknown>[] | undefined>(
    guardsKey,
    marked as () => unknown, // a handler or a class
  )
  return found ?? []
}
