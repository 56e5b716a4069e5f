import { SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { allOf, requireRoles, requireScopes, type Guard } from '../../gate/authorize.js'

type Access = 'public' | 'optional'
type MarkGuard = ClassDecorator & MethodDecorator

const accessKey = 'jotgate:access'
const guardsKey = 'jotgate:guards'
const reflector = new Reflector()

/** No token is asked for; on a handler, whatever its class says. A handler with guards of its own stays guarded. */
export const Public = (): CustomDecorator => SetMetadata(accessKey, 'public' satisfies Access)

/** A call without a token is let by; one with a token that is not good is refused all the same. */
export const OptionalAuth = (): CustomDecorator =>
  SetMetadata(accessKey, 'optional' satisfies Access)

/** Every one of these roles; else 403. On a class it is for every handler, and adds to what a handler asks for itself. */
export const Roles = (...roles: readonly string[]): MarkGuard => Authorize(requireRoles(...roles))

/** Every one of these scopes; else 403 with them in the challenge. */
export const Scopes = (...scopes: readonly string[]): MarkGuard =>
  Authorize(requireScopes(...scopes))

/**
 * A guard of any kind: `anyOf(…)`, `not(…)`, `requireClaim(…)`.
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

/** What a handler asks for, its class included. */
export interface Marks {
  readonly isPublic: boolean
  /** Only where it is marked; else it is the gate's affair. */
  readonly optional?: true
  readonly authorize?: Guard<unknown>
}

/**
 * Reads the marks. In doubt a token is asked for: guards beside `@Public` win, and what a class opens a guard on the
 * handler closes again.
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
