import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'

/**
 * @typedef {{ name: string, kind: 'value' | 'type', usedInside: boolean }} Exported
 *   `usedInside`: the file itself says the name again after declaring it.
 * @typedef {{ file: string, name: string }} Imported `name` is `*` for all of the file's exports
 * @typedef {{ exported: Exported[], imported: Imported[] }} Traffic
 */

/**
 * What a file exports, and what it takes from others by a relative path. Syntax only, no types.
 *
 * @param {string} folder absolute
 * @param {string} file path of a TypeScript file from that folder
 * @returns {Traffic}
 */
export function trafficOf(folder, file) {
  const text = readFileSync(join(folder, file), 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const said = countIdentifiers(source)
  const exported = source.statements
    .flatMap(exportedBy)
    .map(({ name, kind }) => ({ name, kind, usedInside: (said.get(name) ?? 0) > 1 }))
  return { exported, imported: importsOf(source, file, folder) }
}

/**
 * @param {ts.Statement} statement
 * @returns {{ name: string, kind: 'value' | 'type' }[]}
 */
function exportedBy(statement) {
  if (ts.isExportDeclaration(statement)) {
    const clause = statement.exportClause
    if (clause === undefined || ts.isNamespaceExport(clause)) return []
    return clause.elements.map((element) => ({
      name: element.name.text,
      kind: statement.isTypeOnly || element.isTypeOnly ? 'type' : 'value',
    }))
  }
  const modifiers = ts.canHaveModifiers(statement) ? ts.getModifiers(statement) : undefined
  if (!modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations
      .flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []))
      .map((name) => ({ name, kind: 'value' }))
  }
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) {
    return [{ name: statement.name.text, kind: 'type' }]
  }
  if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
    return statement.name === undefined ? [] : [{ name: statement.name.text, kind: 'value' }]
  }
  return []
}

/**
 * @param {ts.SourceFile} source
 * @param {string} file
 * @param {string} folder
 * @returns {Imported[]}
 */
function importsOf(source, file, folder) {
  /** @type {Imported[]} */
  const found = []
  visit(source)
  return found

  /** @param {ts.Node} node */
  function visit(node) {
    const specifier = moduleOf(node)
    if (specifier?.text.startsWith('.')) {
      const target = sourceOf(folder, join(dirname(file), specifier.text))
      found.push(...namesTaken(node).map((name) => ({ file: target, name })))
    }
    ts.forEachChild(node, visit)
  }
}

/**
 * The source of what is imported by its compiled name.
 *
 * @param {string} folder
 * @param {string} path
 */
function sourceOf(folder, path) {
  const component = path.replace(/\.js$/, '.tsx')
  return existsSync(join(folder, component)) ? component : path.replace(/\.js$/, '.ts')
}

/**
 * @param {ts.Node} node
 * @returns {ts.StringLiteralLike | undefined}
 */
function moduleOf(node) {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    const { moduleSpecifier } = node
    return moduleSpecifier && ts.isStringLiteralLike(moduleSpecifier) ? moduleSpecifier : undefined
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    const [first] = node.arguments
    return first && ts.isStringLiteralLike(first) ? first : undefined
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    const { literal } = node.argument
    return ts.isStringLiteral(literal) ? literal : undefined
  }
  return undefined
}

/** @param {ts.Node} node */
function namesTaken(node) {
  const list = ts.isImportDeclaration(node)
    ? node.importClause?.namedBindings
    : ts.isExportDeclaration(node)
      ? node.exportClause
      : undefined
  if (list === undefined || ts.isNamespaceImport(list) || ts.isNamespaceExport(list)) return ['*']
  return list.elements.map(({ propertyName, name }) => (propertyName ?? name).text)
}

/** @param {ts.SourceFile} source */
function countIdentifiers(source) {
  /** @type {Map<string, number>} */
  const counts = new Map()
  visit(source)
  return counts

  /** @param {ts.Node} node */
  function visit(node) {
    if (ts.isIdentifier(node)) counts.set(node.text, (counts.get(node.text) ?? 0) + 1)
    ts.forEachChild(node, visit)
  }
}
