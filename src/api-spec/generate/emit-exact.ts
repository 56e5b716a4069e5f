import { emitTypeReader } from './emit-schemas.js'
import { findWide } from './int64.js'
import { type RoutePlan, type ServicePlan } from './plan.js'
import { typeName } from './text-as-code.js'

/** What routes and calls say of numbers of 64 bits; nothing where they are plain ones. */
export interface ExactParts {
  readonly ofRoute: (route: RoutePlan) => readonly string[]
  readonly ofCall: (route: RoutePlan) => readonly string[]
  /** The parts name readers of `jotgate/api-spec/schema`, as `$`. */
  readonly withReaders: boolean
  /** The parts have values of `types.ts` in them. */
  readonly withTypes: boolean
}

/**
 * Finds the routes whose requests and answers have numbers of 64 bits in them.
 *
 * @example const { ofCall } = planExact(plan)
 */
export function planExact({ int64, types, routes }: ServicePlan): ExactParts {
  const wide = findWide(types)
  const isExact = int64 !== 'number'
  const answerOf = ({ response }: RoutePlan) =>
    isExact && response !== null && wide.inType(response)
      ? [`answer: ${emitTypeReader(response, { int64, scope: 'types.' })}`]
      : []
  const bodyOf = ({ request }: RoutePlan) =>
    isExact && request !== undefined && wide.inBody(request)
      ? [`request: types.${typeName(request.name)}.read`]
      : []
  const answers = routes.flatMap(answerOf)
  return {
    ofRoute: (route) => [
      ...(isExact && route.request !== undefined ? ['exact: true'] : []),
      ...answerOf(route),
    ],
    ofCall: (route) => [...(isExact ? ['exact: true'] : []), ...bodyOf(route), ...answerOf(route)],
    withReaders: answers.length > 0,
    withTypes: [...answers, ...routes.flatMap(bodyOf)].some((part) => part.includes('types.')),
  }
}
