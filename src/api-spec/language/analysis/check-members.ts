import { wireMembers } from '../embedding.js'
import { type Project } from '../load.js'
import { type Report } from '../report.js'
import { type ApiSpec } from '../spec.js'
import { joined, type StructType } from '../syntax/ast.js'
import { sourcesIn } from '../tags.js'
import { type SourceFile } from '../syntax/ast.js'

/** Warns of members that no caller can send as their tags say. */
export function checkMembers(project: Project, spec: ApiSpec, report: Report): void {
  warnOfBodies(project, spec, report)
  for (const { file, statement } of project.types) {
    for (const { type } of statement.declarations)
      if (type.kind === 'struct') warnOfSources(type, file, report)
  }
}

/** Methods whose requests have no body here. */
const bodiless: ReadonlySet<string> = new Set(['get', 'head'])

/** A request that must have a member of its body, where there is none, is always refused. */
function warnOfBodies(project: Project, { types }: ApiSpec, report: Report): void {
  const declared = new Map(types.map((type) => [type.raw, type]))
  for (const { file, statement } of project.services) {
    for (const { route } of statement.items) {
      const { method, path, request } = route
      const name = request?.type?.name
      if (name === undefined || !bodiless.has(method.text)) continue
      const members = declared.get(name.text)?.members ?? []
      const needed = wireMembers(members, { types: declared, problem: ignore }).find(
        ({ tag }) => tag.source === 'json' && !tag.optional && tag.default === undefined,
      )
      if (needed === undefined) continue
      const call = `${method.text.toUpperCase()} ${joined(path)}`
      report.at(file, name, {
        severity: 'warning',
        message: `'${needed.name}' can never be sent: ${call} has no body, and so is always refused`,
        hint: `tag it form:"${needed.name}", path or header`,
      })
    }
  }
}

/** Of two sources in one tag the first counts, wherever callers send the value. */
function warnOfSources({ fields }: StructType, file: SourceFile, report: Report): void {
  for (const { tag, type } of fields) {
    if (type.kind === 'struct') warnOfSources(type, file, report)
    const [first, ...others] = tag === undefined ? [] : sourcesIn(tag.text)
    if (tag === undefined || first === undefined || others.length === 0) continue
    report.at(file, tag, {
      severity: 'warning',
      message: `a member comes from one place: '${first}' counts, and '${others.join("', '")}' is ignored`,
    })
  }
}

/** Tags that cannot be read are said elsewhere. */
function ignore(): void {
  return
}
