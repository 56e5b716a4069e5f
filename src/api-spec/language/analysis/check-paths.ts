import { type Project } from '../load.js'
import { type Report } from '../report.js'
import { type ApiSpec, type DefinedType, type Member } from '../spec.js'
import { joined, unquoted } from '../syntax/ast.js'
import { readTag } from '../tags.js'
import { annotationsOf } from './item-annotations.js'

/**
 * Every member a request takes from its path is a parameter there: one that isn't could never be sent. A parameter that
 * no member takes is a warning.
 */
export function checkPaths(project: Project, spec: ApiSpec, report: Report): void {
  const membersOf = createPathMembers(spec.types)
  for (const { file, statement } of project.services) {
    for (const item of statement.items) {
      const { path, request, method } = item.route
      const whole = `${unquoted(annotationsOf(statement, item).raw('prefix'))}/${joined(path)}`
      const parameters = new Set([...whole.matchAll(/:([\w.-]+)/g)].map(([, name = '']) => name))
      const members = membersOf(request?.type?.name.text ?? '')
      const first = path[0] ?? method
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

/** Looks each type up once, however often and however deeply it is embedded. */
function createPathMembers(types: readonly DefinedType[]): (name: string) => PathMembers {
  const declared = new Map(types.map((type) => [type.raw, type]))
  const known = new Map<string, Map<string, boolean>>()
  const find = (name: string): PathMembers => {
    const before = known.get(name)
    if (before !== undefined) return before
    const found = new Map<string, boolean>()
    // Set before it is filled, so that a type embedded in itself comes to an end.
    known.set(name, found)
    for (const member of declared.get(name)?.members ?? []) {
      for (const [own, optional] of pathMembers(member, find)) found.set(own, optional)
    }
    return found
  }
  return find
}

function pathMembers(member: Member, find: (name: string) => PathMembers): PathMembers {
  if (member.inline && member.tag === '') return find(member.type.raw.replace(/^\*/, ''))
  const read = readTag(member.tag)
  if (!read.ok || read.tag?.source !== 'path') return new Map()
  const { name, optional } = read.tag
  return new Map([[name === '' ? member.name : name, optional]])
}
