import ts from 'typescript'
import { root } from './paths.mjs'

/**
 * The reference of what each public subpath exports, one page of Markdown a subpath: the docstring and the declaration
 * of each name, as the built package has them.
 *
 * @param {readonly { subpath: string, source: string }[]} entries
 * @returns {readonly { name: string, subpath: string, symbols: number, text: string }[]} `name` is the page's file
 * @throws Error when the package is not built
 */
export function apiReference(entries) {
  const files = entries.map((entry) => ({ ...entry, path: typesOf(entry) }))
  const program = ts.createProgram(
    files.map(({ path }) => path),
    { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, types: ['node'] },
  )
  const checker = program.getTypeChecker()
  return files.map(({ subpath, path }) => {
    const source = program.getSourceFile(path)
    const module = source && checker.getSymbolAtLocation(source)
    if (!module) throw new Error(`${path} is not there: npm run build`)
    const symbols = checker.getExportsOfModule(module)
    const specifier = subpath.replace('.', 'jotgate')
    const sections = symbols.map((symbol) => sectionOf(symbol, checker))
    const text = [`# ${specifier}`, ...sections.sort()].join('\n\n') + '\n'
    const name = specifier.replaceAll('/', '-') + '.md'
    return { name, subpath: specifier, symbols: symbols.length, text }
  })
}

/** @param {{ source: string }} entry */
function typesOf({ source }) {
  return `${root}/${source.replace('src/', 'dist/').replace(/\.ts$/, '.d.ts')}`
}

/**
 * @param {ts.Symbol} exported
 * @param {ts.TypeChecker} checker
 */
function sectionOf(exported, checker) {
  const alias = (exported.flags & ts.SymbolFlags.Alias) !== 0
  const symbol = alias ? checker.getAliasedSymbol(exported) : exported
  const declarations = (symbol.declarations ?? []).map((declaration) => {
    const whole = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration
    return whole.getText()
  })
  const tags = symbol.getJsDocTags(checker).map(({ name, text }) => {
    const said = ts.displayPartsToString(text)
    return name === 'example' ? fenced(said) : `_${name}_ ${said}`
  })
  const said = ts.displayPartsToString(symbol.getDocumentationComment(checker))
  const parts = [`## ${exported.name}`, said, ...tags, ...declarations.map(fenced)]
  return parts.filter((part) => part !== '').join('\n\n')
}

/** @param {string} code */
function fenced(code) {
  return `\`\`\`ts\n${code}\n\`\`\``
}
