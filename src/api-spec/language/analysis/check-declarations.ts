import { type Project } from '../load.js'
import { type Report } from '../report.js'
import { primitives } from '../spec.js'
import { nearestName } from '../../../foundation/names.js'
import { type DataType, type SourceFile } from '../syntax/ast.js'
import { type Token } from '../syntax/token.js'

/** One check over a whole project. goctl runs them in order and stops after the first that finds something. */
export type Check = (project: Project, report: Report) => void

/** No file is imported twice by the same path. */
export const checkImports: Check = (project, report) => {
  const paths = project.imports.flatMap((statement) => statement.paths)
  refuseRepeats(
    report,
    'import value expression',
    paths.map((token) => ({ file: project.main, token })),
  )
}

/** No key stands twice in `info`. */
export const checkInfo: Check = (project, report) => {
  const keys = project.info?.pairs.pairs.map((pair) => pair.key) ?? []
  refuseRepeats(
    report,
    'info key expression',
    keys.map((token) => ({ file: project.main, token })),
  )
}

/** No type is declared twice, in whichever files. */
export const checkTypeNames: Check = (project, report) => {
  refuseRepeats(report, 'type expression', declaredNames(project))
}

/** Every type a type mentions is declared somewhere. */
export const checkTypeReferences: Check = (project, report) => {
  const declared = new Set(declaredNames(project).map(({ token }) => token.text))
  for (const { file, statement } of project.types) {
    for (const { type } of statement.declarations) {
      for (const name of mentioned(type)) {
        if (primitives.has(name.text) || declared.has(name.text)) continue
        report.at(file, name, {
          message: `unresolved type <${name.text}>`,
          hint: didYouMean(name.text, [...declared, ...primitives]),
        })
      }
    }
  }
}

/** The hint for a misspelt name, if a known one is near. */
export function didYouMean(name: string, known: readonly string[]): string | undefined {
  const near = nearestName(name, known)
  return near === undefined ? undefined : `did you mean '${near}'?`
}

interface Named {
  readonly file: SourceFile
  readonly token: Token
}

function declaredNames(project: Project): readonly Named[] {
  return project.types.flatMap(({ file, statement }) =>
    statement.declarations.map(({ name }) => ({ file, token: name })),
  )
}

function refuseRepeats(report: Report, what: string, names: readonly Named[]): void {
  const seen = new Set<string>()
  for (const { file, token } of names) {
    if (seen.has(token.text))
      report.at(file, token, { form: 'duplicate', message: `duplicate ${what}` })
    seen.add(token.text)
  }
}

function* mentioned(type: DataType): Generator<Token> {
  switch (type.kind) {
    case 'name':
      // goctl looks up "any" elsewhere; it is a primitive to this check.
      yield type.name
      return
    case 'pointer':
    case 'list':
      yield* mentioned(type.element)
      return
    case 'map':
      yield* mentioned(type.key)
      yield* mentioned(type.value)
      return
    case 'struct':
      for (const field of type.fields) yield* mentioned(field.type)
      return
    case 'interface':
  }
}
