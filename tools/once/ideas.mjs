import ts from 'typescript'

/**
 * An idea that has one home: how a second copy of it is recognised in the syntax tree.
 *
 * @typedef {{ idea: string, home: string, isCopy: (node: ts.Node, text: string) => boolean }} Idea
 */

/** @type {readonly Idea[]} */
export const ideas = [
  {
    idea: 'a deadline race',
    home: 'src/foundation/deadline.ts',
    isCopy: (node, text) => isCall(node, 'Promise', 'race') && /\b(setTimeout|sleep)\(/.test(text),
  },
  {
    idea: 'a listener whose faults are dropped',
    home: 'src/foundation/listener.ts',
    isCopy: (node) => ts.isTryStatement(node) && dropsRejections(node.tryBlock) && isIdle(node),
  },
  {
    idea: 'an edit distance',
    home: 'src/foundation/names.ts',
    isCopy: (node) => isCall(node, 'Math', 'min') && plusOnes(node) >= 2,
  },
  {
    idea: 'a check of scope tokens',
    home: 'src/foundation/names.ts',
    isCopy: (node) => ts.isRegularExpressionLiteral(node) && /\[\\x21\\x23-\\x5b/.test(node.text),
  },
  {
    idea: 'a check of names that stores keep',
    home: 'src/foundation/names.ts',
    isCopy: (node) => ts.isRegularExpressionLiteral(node) && node.text.includes('p{Surrogate}'),
  },
  {
    idea: 'a check of text that is not empty',
    home: 'src/foundation/names.ts',
    isCopy: (node) => ts.isFunctionDeclaration(node) && isTextCheck(node),
  },
  {
    idea: 'a check of option names',
    home: 'src/foundation/options.ts',
    isCopy: (node) => ts.isNewExpression(node) && /is not an option/.test(node.getText()),
  },
]

/**
 * The copies in one file, outside of their homes.
 *
 * @param {string} path
 * @param {string} text
 */
export function copiesIn(path, text) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  /** @type {string[]} */
  const found = []
  /** @param {ts.Node} node */
  const visit = (node) => {
    for (const { idea, home, isCopy } of ideas) {
      if (path === home || !isCopy(node, text)) continue
      const { line } = file.getLineAndCharacterOfPosition(node.getStart())
      found.push(`${path}:${String(line + 1)} has ${idea} again: use ${home}`)
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  return found
}

/**
 * @param {ts.Node} node
 * @param {string} object
 * @param {string} method
 * @returns {node is ts.CallExpression}
 */
function isCall(node, object, method) {
  return ts.isCallExpression(node) && node.expression.getText() === `${object}.${method}`
}

/** @param {ts.Node} node */
function plusOnes(node) {
  const args = ts.isCallExpression(node) ? node.arguments : []
  return args.filter((each) => /\+ 1$/.test(each.getText())).length
}

/** @param {ts.Block} block */
function dropsRejections(block) {
  return /instanceof Promise\) \w+\.catch\(/.test(block.getText())
}

/** @param {ts.TryStatement} node */
function isIdle({ catchClause }) {
  return catchClause?.block.statements.length === 0
}

/** @param {ts.FunctionDeclaration} node */
function isTextCheck(node) {
  const statements = node.body?.statements ?? []
  const [only] = statements
  if (statements.length !== 1 || only === undefined || !ts.isReturnStatement(only)) return false
  return /^return typeof (\w+) === 'string' && (\1 !== ''|\1\.length > 0)$/.test(only.getText())
}
