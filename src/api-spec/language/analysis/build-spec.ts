import { type InFile, type Project } from '../load.js'
import { type Report } from '../report.js'
import {
  type ApiRoute,
  type ApiSpec,
  type DefinedType,
  primitives,
  type RouteGroup,
  type SpecType,
} from '../spec.js'
import {
  type Body,
  joined,
  type ServiceItem,
  type ServiceStatement,
  type SourceFile,
  type TypeStatement,
  unquoted,
} from '../syntax/ast.js'
import { type Token } from '../syntax/token.js'
import { didYouMean } from './check-declarations.js'
import { convertField, goctlNames, texts } from './convert-type.js'
import { annotationsOf, valuesOf } from './item-annotations.js'

/**
 * The spec of a project whose names have been checked. What cannot stand in a spec is reported, in goctl's order.
 *
 * @example buildSpec(project, report).groups[0]?.annotation?.jwt // 'Auth'
 */
export function buildSpec(project: Project, report: Report): ApiSpec {
  const info =
    project.info === undefined
      ? {}
      : Object.fromEntries(
          project.info.pairs.pairs.map(({ key, value }) => [key.text, unquoted(joined(value))]),
        )
  const types = project.types.flatMap((each) => convertDeclarations(each, report))
  const builder = new ServiceBuilder(new Set(types.map((type) => type.raw)), report)
  const groups = project.services.flatMap((each) => builder.groups(each))
  return {
    groups: groups.toSorted((a, b) =>
      compare(a.annotation?.group ?? '', b.annotation?.group ?? ''),
    ),
    info,
    service: builder.name,
    types: types.toSorted((a, b) => compare(a.raw, b.raw)),
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function convertDeclarations(
  { file, statement }: InFile<TypeStatement>,
  report: Report,
): readonly DefinedType[] {
  const single = statement.brackets === undefined && report.mode === 'dialect'
  return statement.declarations.flatMap(({ name, type }): readonly DefinedType[] => {
    if (type.kind !== 'struct') {
      report.at(file, name, { message: `expected <struct> expr, got <*ast.${goctlNames(type)}>` })
      return []
    }
    // goctl drops the comment above "type X"; it sits on the keyword, not on the name.
    const docs = single ? [...statement.keyword.head, ...name.head] : name.head
    const members = type.fields.map((field) => convertField(field, { file, report }))
    return [{ docs: texts(docs), kind: 'define', members, raw: name.text }]
  })
}

class ServiceBuilder {
  name = ''
  readonly #declared: ReadonlySet<string>
  readonly #report: Report

  constructor(declared: ReadonlySet<string>, report: Report) {
    this.#declared = declared
    this.#report = report
  }

  /** The groups of one `service` block: one, and in the dialect one more for each set of annotations of its routes. */
  groups({ file, statement }: InFile<ServiceStatement>): readonly RouteGroup[] {
    const base: ApiRoute[] = []
    const own = new Map<
      string,
      { annotation: Readonly<Record<string, string>> | null; routes: ApiRoute[] }
    >()
    for (const item of statement.items) {
      const annotations = annotationsOf(statement, item)
      const route = this.#route(file, item, annotations.values)
      this.#checkName(file, statement)
      if (!annotations.own) {
        base.push(route)
        continue
      }
      const key = JSON.stringify(annotations.values)
      const group = own.get(key)
      if (group === undefined) own.set(key, { annotation: annotations.values, routes: [route] })
      else group.routes.push(route)
    }
    const annotation = statement.server === undefined ? null : valuesOf(statement.server.pairs)
    const first = base.length > 0 || own.size === 0 ? [{ annotation, routes: base }] : []
    return [...first, ...own.values()].map(({ annotation: values, routes }) => ({
      annotation: values,
      routes: routes.toSorted((a, b) => compare(a.path, b.path)),
    }))
  }

  #route(
    file: SourceFile,
    item: ServiceItem,
    annotations: Readonly<Record<string, string>> | null,
  ): ApiRoute {
    const { route, handler } = item
    const doc = item.annotations.find((each) => each.kind === 'doc' || each.kind === 'docPairs')
    const first = this.#report.mode === 'dialect' ? item.annotations[0] : doc
    const request = this.#body(file, route.request, true)
    const response = this.#body(file, route.response, false)
    if (annotations?.sse === 'true' && response === null)
      this.#report.at(file, route.method, { message: 'missing response type' })
    const closing = route.response?.close ?? route.request?.close
    return {
      atDocProps: doc?.kind === 'docPairs' ? valuesOf(doc.pairs) : null,
      atDocText: doc?.kind === 'doc' ? doc.value.text : '',
      comment: texts(closing?.tail ?? []),
      doc: texts((first?.keyword ?? handler.keyword).head),
      handler: handler.name.text,
      handlerComment: texts(handler.name.tail),
      handlerDoc: texts(handler.keyword.head),
      method: route.method.text,
      path: joined(route.path),
      request,
      response,
    }
  }

  #body(file: SourceFile, body: Body | undefined, isRequest: boolean): SpecType | null {
    if (body?.type === undefined) return null
    const { list, star, name } = body.type
    const raw = `${list === undefined ? '' : '[]'}${star?.text ?? ''}${name.text}`
    if (isRequest && list !== undefined)
      this.#report.at(file, list.open, { message: 'request body must be struct' })
    else this.#checkDeclared(file, name, isRequest)
    const kind = primitives.has(name.text) ? 'primitive' : 'define'
    const named: SpecType = { kind, raw: name.text }
    const pointed: SpecType = star === undefined ? named : { kind: 'pointer', raw, type: named }
    return list === undefined ? pointed : { kind: 'array', raw, value: pointed }
  }

  #checkDeclared(file: SourceFile, name: Token, isRequest: boolean): void {
    if (primitives.has(name.text)) {
      // goctl lets a bare "string" through as a request and then generates code that doesn't compile.
      if (isRequest && this.#report.mode === 'dialect')
        this.#report.at(file, name, { message: 'request body must be struct' })
      return
    }
    if (this.#declared.has(name.text)) return
    const hint = didYouMean(name.text, [...this.#declared])
    this.#report.at(file, name, { form: 'bare', message: `type ${name.text} not defined`, hint })
  }

  #checkName(file: SourceFile, statement: ServiceStatement): void {
    const name = joined(statement.name)
    const [first] = statement.name
    if (this.name !== '' && this.name !== name && first !== undefined) {
      this.#report.at(file, first, {
        message: `multiple service names defined <${name}> and <${this.name}>`,
      })
      return
    }
    this.name = name
  }
}
