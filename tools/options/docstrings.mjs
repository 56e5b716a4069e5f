import { readFileSync } from 'node:fs'
import ts from 'typescript'
import { root } from '../setup/paths.mjs'

/**
 * The docstrings of the options of some interfaces or type aliases, by the options' names; the first one wins.
 *
 * @param {readonly string[]} files sources
 * @param {readonly string[]} types
 * @returns {Map<string, string>}
 */
export function docstrings(files, types) {
  /** @type {Map<string, string>} */
  const found = new Map()
  for (const file of files) {
    const text = readFileSync(`${root}/${file}`, 'utf8')
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
    for (const name of types) {
      const declaration = source.statements.find((each) => isNamed(each, name))
      if (declaration) collect(declaration, found)
    }
  }
  return found
}

/**
 * @param {ts.Statement} statement
 * @param {string} name
 */
function isNamed(statement, name) {
  return (
    (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement)) &&
    statement.name.text === name
  )
}

/**
 * @param {ts.Node} node
 * @param {Map<string, string>} found
 */
function collect(node, found) {
  if (ts.isPropertySignature(node) && ts.isIdentifier(node.name)) {
    const name = node.name.text
    const [doc] = ts.getJSDocCommentsAndTags(node)
    const said = doc && ts.isJSDoc(doc) ? (ts.getTextOfJSDocComment(doc.comment) ?? '') : ''
    if (said !== '' && !found.has(name)) found.set(name, said.replace(/\s+/g, ' '))
    return
  }
  ts.forEachChild(node, (child) => {
    collect(child, found)
  })
}
