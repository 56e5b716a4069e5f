import { type Project } from '../load.js'
import { type Report } from '../report.js'
import { wireMembers } from '../embedding.js'
import { type ApiSpec, type DefinedType } from '../spec.js'
import { joined, unquoted } from '../syntax/ast.js'
import { annotationsOf } from './item-annotations.js'

/**
 * Every member a request takes from its path is a parameter there: one that isn't could never be sent. Of two parameters of
 * one name one could not be read. A parameter that no member takes is a warning.
 */
export function checkPaths(project: Project, spec: ApiSpec, report: Report): void {
  const membersOf = createPathMembers(spec.types)
  for (const { file, statement } of project.services) {
    for (const item of statement.items) {
      const { path, request, method } = item.route
      const whole = `${unquoted(annotationsOf(statement, item).raw('prefix'))}/${joined(path)}`
      const named = [...whole.matchAll(/:([\w.-]+)/g)].map(([, name = '']) => name)
      const parameters = new Set(named)
      const members = membersOf(request?.type?.name.text ?? '')
      const first = path[0] ?? method
      const twice = named.find((name, index) => named.indexOf(name) !== index)
      if (twice !== undefined)
        report.at(file, first, { message: `two parameters of one path are named '${twice}'` })
      for (const [name, optional] of members) {
        if (optional || parameters.has(name)) continue
        report.at(file, first, {
          message: `the request takes '${name}' from the path, which has no ':${name}'`,
        })
      }
      for (const name of parameters) {
        if (members.has(name)) continue
        report.at(file, first, {
          severity: 'warning',
          message: `no member of the request takes ':${name}'`,
        })
      }
    }
  }
}

/** Name → whether it may be absent, for what a request of a type takes from its path. */
type PathMembers = ReadonlyMap<string, boolean>

/** Looks each type up once, however many routes ask for it. */
function createPathMembers(types: readonly DefinedType[]): (name: string) => PathMembers {
  const declared = new Map(types.map((type) => [type.raw, type]))
  const known = new Map<string, PathMembers>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    const members = declared.get(name)?.members ?? []
    const found = wireMembers(members, { types: declared, problem: ignore })
      .filter(({ tag }) => tag.source === 'path')
      .map((each) => [each.name, each.tag.optional] as const)
    const own = new Map(found)
    known.set(name, own)
    return own
  }
}

/** Tags that cannot be read are said elsewhere. */
function ignore(): void {
  return
}
