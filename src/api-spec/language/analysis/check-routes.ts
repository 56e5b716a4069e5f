import { type Report } from '../report.js'
import { type Body, joined, type Route, unquoted } from '../syntax/ast.js'
import { routedPath, wholePath } from '../whole-path.js'
import { type Check } from './check-declarations.js'
import { annotationsOf } from './item-annotations.js'

/**
 * No handler twice within one `group`, and no route twice. goctl takes two routes for different when their prefixes or their
 * types differ; the dialect compares method and whole path, as a router does, whatever the parameters are called.
 */
export const checkRoutes: Check = (project, report) => {
  const handlers = new Set<string>()
  const routes = new Set<string>()
  const repeated: (() => void)[] = []
  for (const { file, statement } of project.services) {
    for (const item of statement.items) {
      const own = annotationsOf(statement, item)
      const handler = `${own.raw('group')}/${item.handler.name.text}`
      if (handlers.has(handler)) {
        report.at(file, item.handler.name, {
          form: 'duplicate',
          message: 'duplicate handler expression',
        })
      }
      handlers.add(handler)
      const route = routeKey(report, own.raw('prefix'), item.route)
      if (routes.has(route)) {
        const { method } = item.route
        repeated.push(() => {
          report.at(file, method, { form: 'duplicate', message: 'duplicate path expression' })
        })
      }
      routes.add(route)
    }
  }
  // goctl says everything about handlers before anything about routes.
  for (const complain of repeated) complain()
}

function routeKey(report: Report, prefix: string, route: Route): string {
  const path = joined(route.path)
  if (report.mode === 'dialect')
    return `${route.method.text} ${routedPath(wholePath(unquoted(prefix), path))}`
  const line = `[${prefix}]:${route.method.text} ${path}`
  const returns = route.response?.type === undefined ? '' : ` returns ${bodyText(route.response)}`
  return `${line} ${bodyText(route.request)}${returns}`
}

function bodyText(body: Body | undefined): string {
  if (body?.type === undefined) return ''
  const { list, star, name } = body.type
  return `(${list === undefined ? '' : '[]'}${star?.text ?? ''}${name.text})`
}
