import { demandKeys, serverKeys, valueProblem } from '../annotations.js'
import { type Finding, type Report } from '../report.js'
import {
  joined,
  type PairBlock,
  type ServiceItem,
  type ServiceStatement,
  type SourceFile,
  type StructType,
  unquoted,
} from '../syntax/ast.js'
import { readTag } from '../tags.js'
import { type Token } from '../syntax/token.js'
import { type Check, didYouMean } from './check-declarations.js'
import { annotationsOf, pairOf } from './item-annotations.js'

/**
 * Checks goctl leaves to its generators, or to nobody: what `@server` says, and what tags say. A key that is misspelt
 * is an error where it is near a known one, since "jtw: Auth" would leave its routes open.
 */
export const checkAnnotations: Check = (project, report) => {
  for (const { file, statement } of project.services) {
    if (statement.server !== undefined) checkPairs(statement.server.pairs, file, report)
    for (const item of statement.items) checkItem(item, file, report)
  }
}

/**
 * Scopes and roles are asked for where a token is, and so is where it may be. On a route that takes calls without one they would
 * look like a lock and be none.
 */
export const checkDemands: Check = (project, report) => {
  for (const { file, statement } of project.services) {
    const found = new Map<Token, string>()
    for (const item of statement.items) findIdleDemands(statement, item, found)
    for (const [key, call] of found) {
      report.at(file, key, {
        message: `'${key.text}' asks for a token, and ${call} takes calls without one`,
        hint: "add 'jwt: NAME'",
      })
    }
  }
}

/**
 * An entry of the configuration has one secret or two, so `jwt` and `jwtTransition` name different ones, in all files.
 */
export const checkGuards: Check = (project, report) => {
  const uses = project.services.flatMap(({ file, statement }) =>
    statement.items.flatMap((item) => {
      const { values } = annotationsOf(statement, item)
      const key = pairOf(statement, item, 'jwtTransition')?.key
      return [{ file, key, jwt: values?.['jwt'], transition: values?.['jwtTransition'] }]
    }),
  )
  const single = new Set(uses.map(({ jwt }) => jwt))
  const said = new Set<Token>()
  for (const { file, key, transition } of uses) {
    if (key === undefined || said.has(key) || transition === undefined) continue
    if (!single.has(transition)) continue
    said.add(key)
    report.at(file, key, {
      message: `jwt and jwtTransition both name '${transition}'`,
      hint: 'give each its own entry of the configuration',
    })
  }
}

/**
 * Calls without a token are taken only where a guard would take one, and never where something is asked of the token: they
 * would have to be refused.
 */
export const checkOptional: Check = (project, report) => {
  const said = new Set<Token>()
  for (const { file, statement } of project.services) {
    for (const item of statement.items) {
      const { values } = annotationsOf(statement, item)
      const key = pairOf(statement, item, 'optional')?.key
      if (key === undefined || said.has(key) || values?.['optional'] !== 'true') continue
      const problem = optionalProblem(values)
      if (problem === undefined) continue
      said.add(key)
      report.at(file, key, problem)
    }
  }
}

function optionalProblem(values: Readonly<Record<string, string>>): Finding | undefined {
  if (values['jwt'] === undefined && values['jwtTransition'] === undefined)
    return {
      message: "'optional' says that a token may be missing, and no guard takes one",
      hint: "add 'jwt: NAME'",
    }
  const demand = demandKeys.find((name) => values[name] !== undefined)
  return demand === undefined
    ? undefined
    : { message: `'${demand}' asks for a token, and 'optional' takes calls without one` }
}

/** Keeps, for a key of a whole group too, the first call that it does nothing for. */
function findIdleDemands(
  statement: ServiceStatement,
  item: ServiceItem,
  found: Map<Token, string>,
): void {
  const { values } = annotationsOf(statement, item)
  if (values?.['jwt'] !== undefined || values?.['jwtTransition'] !== undefined) return
  const { method, path } = item.route
  for (const name of [...demandKeys, 'tokenFrom']) {
    const pair = pairOf(statement, item, name)
    if (pair !== undefined && !found.has(pair.key))
      found.set(pair.key, `${method.text.toUpperCase()} ${joined(path)}`)
  }
}

/** Every struct tag can be read. */
export const checkTags: Check = (project, report) => {
  for (const { file, statement } of project.types) {
    for (const { type } of statement.declarations)
      if (type.kind === 'struct') checkFields(type, file, report)
  }
}

function checkItem(item: ServiceItem, file: SourceFile, report: Report): void {
  const servers = item.annotations.filter((annotation) => annotation.kind === 'server')
  for (const { pairs } of servers) checkPairs(pairs, file, report)
  const jwt = item.annotations.find((annotation) => annotation.kind === 'jwt')
  const other = servers.flatMap(({ pairs }) => pairs.pairs).find(({ key }) => key.text === 'jwt')
  if (
    jwt?.kind === 'jwt' &&
    other !== undefined &&
    unquoted(joined(other.value)) !== jwt.value.text
  ) {
    report.at(file, jwt.keyword, { message: '@jwt and @server(jwt: …) name different things' })
  }
}

function checkPairs({ pairs }: PairBlock, file: SourceFile, report: Report): void {
  const known = Object.keys(serverKeys)
  const seen = new Set<string>()
  for (const { key, value } of pairs) {
    const name = key.text
    if (!known.includes(name)) {
      const near = didYouMean(name, known)
      const severity = near === undefined ? 'warning' : 'error'
      const hint = name === 'handler' ? "write '@handler NAME' before the route" : near
      report.at(file, key, { severity, message: `nobody reads the key '${name}' of @server`, hint })
    }
    if (seen.has(name))
      report.at(file, key, { form: 'duplicate', message: `duplicate @server key expression` })
    seen.add(name)
    const problem = valueProblem(name, unquoted(joined(value)))
    if (problem !== undefined) report.at(file, value[0] ?? key, { message: `'${name}' ${problem}` })
  }
}

function checkFields(struct: StructType, file: SourceFile, report: Report): void {
  for (const { tag, type } of struct.fields) {
    const read = tag === undefined ? undefined : readTag(tag.text)
    if (tag !== undefined && read?.ok === false) report.at(file, tag, { message: read.problem })
    if (type.kind === 'struct') checkFields(type, file, report)
  }
}
