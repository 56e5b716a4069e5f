import { wireMembers } from '../embedding.js'
import { type Project } from '../load.js'
import { type Report } from '../report.js'
import { type ApiSpec, type SpecType } from '../spec.js'
import { joined, type StructType } from '../syntax/ast.js'
import { sourcesIn } from '../tags.js'
import { type SourceFile } from '../syntax/ast.js'

/** Warns of members that no caller can send as their tags say. */
export function checkMembers(project: Project, spec: ApiSpec, report: Report): void {
  warnOfBodies(project, spec, report)
  warnOfStructs(project, spec, report)
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

/** A member of a query, a path, a header or a form is text, and texts in a list: no struct and no map. */
function warnOfStructs(project: Project, { types }: ApiSpec, report: Report): void {
  const declared = new Map(types.map((type) => [type.raw, type]))
  for (const { file, statement } of project.services) {
    for (const { route } of statement.items) {
      const name = route.request?.type?.name
      const members = declared.get(name?.text ?? '')?.members ?? []
      for (const sent of wireMembers(members, { types: declared, problem: ignore })) {
        const { source } = sent.tag
        if (name === undefined || source === 'json' || !holdsMembers(sent.member.type)) continue
        report.at(file, name, {
          severity: 'warning',
          message: `'${sent.name}' can never be sent: '${source}' holds plain values and lists of them`,
          hint: `tag it json:"${sent.name}"`,
        })
      }
    }
  }
}

function holdsMembers(type: SpecType): boolean {
  if (type.kind === 'pointer') return holdsMembers(type.type)
  if (type.kind === 'array') return holdsMembers(type.value)
  return type.kind === 'define' || type.kind === 'map' || type.kind === 'nested'
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
