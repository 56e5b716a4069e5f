import { type Project } from '../load.js'
import { type Report } from '../report.js'
import { type ApiSpec, type DefinedType } from '../spec.js'
import { joined, unquoted } from '../syntax/ast.js'
import { readTag } from '../tags.js'
import { annotationsOf } from './item-annotations.js'

/**
 * Every member a request takes from its path is a parameter there: one that isn't could never be sent. A parameter that
 * no member takes is a warning.
 */
export function checkPaths(project: Project, spec: ApiSpec, report: Report): void {
  const types = new Map(spec.types.map((type) => [type.raw, type]))
  for (const { file, statement } of project.services) {
    for (const item of statement.items) {
      const { path, request, method } = item.route
      const whole = `${unquoted(annotationsOf(statement, item).raw('prefix'))}/${joined(path)}`
      const parameters = [...whole.matchAll(/:([\w.-]+)/g)].map(([, name = '']) => name)
      const type = types.get(request?.type?.name.text ?? '')
      const members = type === undefined ? [] : pathMembers(type, { types, above: [] })
      const first = path[0] ?? method
      for (const { name, optional } of members) {
        if (optional || parameters.includes(name)) continue
        report.at(file, first, {
          message: `the request takes '${name}' from the path, which has no ':${name}'`,
        })
      }
      for (const name of parameters) {
        if (members.some((member) => member.name === name)) continue
        report.at(file, first, {
          severity: 'warning',
          message: `no member of the request takes ':${name}'`,
        })
      }
    }
  }
}

interface Scope {
  readonly types: ReadonlyMap<string, DefinedType>
  /** The types this one is embedded in, so that a type embedded in itself comes to an end. */
  readonly above: readonly string[]
}

function pathMembers(
  type: DefinedType,
  { types, above }: Scope,
): readonly { readonly name: string; readonly optional: boolean }[] {
  if (above.includes(type.raw)) return []
  return type.members.flatMap((member) => {
    if (member.inline && member.tag === '') {
      const embedded = types.get(member.type.raw.replace(/^\*/, ''))
      return embedded === undefined
        ? []
        : pathMembers(embedded, { types, above: [...above, type.raw] })
    }
    const read = readTag(member.tag)
    if (!read.ok || read.tag?.source !== 'path') return []
    const { name, optional } = read.tag
    return [{ name: name === '' ? member.name : name, optional }]
  })
}
