import ts from 'typescript'

/**
 * The lines of a source text that hold code: neither blank nor comment only.
 *
 * @param {string} text TypeScript or JavaScript
 * @example codeLines('// why\nconst a = 1\n') // 1
 */
export function codeLines(text) {
  const source = ts.createSourceFile('file.tsx', text, ts.ScriptTarget.Latest, true)
  /** @type {Set<number>} */
  const lines = new Set()
  collect(source)
  return lines.size

  /** @param {ts.Node} node */
  function collect(node) {
    if (node.kind === ts.SyntaxKind.EndOfFileToken || ts.isJSDoc(node)) return
    const children = node.getChildren(source)
    if (children.length > 0) {
      children.forEach(collect)
      return
    }
    if (node.end === node.getStart(source)) return
    const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line
    const last = source.getLineAndCharacterOfPosition(node.end).line
    for (let line = first; line <= last; line += 1) lines.add(line)
  }
}
