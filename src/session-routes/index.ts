export { createSessionRoutes, type RouteAnswer, type SessionRoutes } from './session-routes.js'
export type { AttemptCount, AttemptStore } from './ports.js'
export type {
  Credentials,
  Login,
  LoginLimits,
  LoginRequest,
  SessionRouteEvent,
  SessionRoutesOptions,
} from './options.js'
export type { RouteBody } from './body.js'
export type { RouteRequest } from './request.js'
export type { FoundRoute, RouteName } from './routes.js'
