import ts from 'typescript'
import { root } from './paths.mjs'

/** @typedef {Record<string, { values: string[], types: string[] }>} Exports by subpath, sorted */

/**
 * The names each public file exports, values apart from types; a class is a value.
 *
 * @param {readonly { subpath: string, source: string }[]} entries
 * @returns {Exports}
 */
export function publicExports(entries) {
  const config = ts.getParsedCommandLineOfConfigFile(
    `${root}/src/tsconfig.json`,
    { noEmit: true },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  )
  const files = entries.map(({ source }) => `${root}/${source}`)
  const program = ts.createProgram(files, config?.options ?? {})
  const checker = program.getTypeChecker()
  return Object.fromEntries(
    entries.map(({ subpath, source }) => {
      const names = exportsOf(program.getSourceFile(`${root}/${source}`), checker)
      return [subpath, names]
    }),
  )
}

/**
 * What differs between two lists of exports, one line a name.
 *
 * @param {Exports} before
 * @param {Exports} after
 */
export function difference(before, after) {
  const [old, now] = [flatten(before), flatten(after)]
  return [
    ...[...now].filter((name) => !old.has(name)).map((name) => `+ ${name}`),
    ...[...old].filter((name) => !now.has(name)).map((name) => `- ${name}`),
  ]
}

/**
 * @param {ts.SourceFile | undefined} file
 * @param {ts.TypeChecker} checker
 */
function exportsOf(file, checker) {
  const module = file && checker.getSymbolAtLocation(file)
  const symbols = module ? checker.getExportsOfModule(module) : []
  /** @param {ts.Symbol} symbol */
  const isValue = (symbol) => {
    const alias = (symbol.flags & ts.SymbolFlags.Alias) !== 0
    const target = alias ? checker.getAliasedSymbol(symbol) : symbol
    const typeOnly = symbol.declarations?.some(ts.isTypeOnlyExportDeclaration) ?? false
    return !typeOnly && (target.flags & ts.SymbolFlags.Value) !== 0
  }
  return {
    values: symbols
      .filter(isValue)
      .map(({ name }) => name)
      .sort(),
    types: symbols
      .filter((symbol) => !isValue(symbol))
      .map(({ name }) => name)
      .sort(),
  }
}

/** @param {Exports} exports */
function flatten(exports) {
  return new Set(
    Object.entries(exports).flatMap(([subpath, { values, types }]) => [
      ...values.map((name) => `${subpath} ${name}`),
      ...types.map((name) => `${subpath} type ${name}`),
    ]),
  )
}
