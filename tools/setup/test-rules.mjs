// First words of a title that has no subject. Words that are nouns as well (names, guards, marks) are not among them.
const verbs =
  'is are was were has have had does do can cannot may must ' +
  'accepts agrees asks becomes begins closes compares drops ends fails ' +
  'finds follows freezes gets gives goes holds ignores keeps knows leaves ' +
  'lets lists loses makes measures narrows needs opens passes prints puts ' +
  'raises reads recovers refuses rejects resets restores returns rotates runs ' +
  'says sends serves shows starts stays stops strips takes tells throws ' +
  'treats turns uses verifies works never always it its'

const subjectless = `/^(${verbs.split(' ').join('|')})\\b/`
// it(…), it.skip(…), it.each(rows)(…), it.skip.each(rows)(…) and it.each`table`(…).
const testCall = `CallExpression:matches(${[
  'callee',
  'callee.object',
  ...['callee.callee', 'callee.callee.object', 'callee.callee.object.object'],
  ...['callee.tag', 'callee.tag.object'],
]
  .map((path) => `[${path}.name=/^(it|test)$/]`)
  .join(', ')})`
const message =
  'Name what the test is about: a title is a sentence that is complete without its describe.'

/**
 * What the linter must not find in a test: a title without a subject, such as `it('refuses a tab')` below a
 * `describe('parseApi')` that has it. For ESLint's rule no-restricted-syntax.
 */
export const titlesWithoutSubject = [
  { selector: `${testCall} > Literal:first-child[value=${subjectless}]`, message },
  {
    selector: `${testCall} > TemplateLiteral:first-child > TemplateElement:first-child[value.raw=${subjectless}]`,
    message,
  },
]

/** What changes modules for all other test files of the worker, since these share them (`isolate: false`). */
export const changedModules = [
  {
    selector:
      "CallExpression[callee.object.name='vi'][callee.property.name=/^(resetModules|mock|doMock|unmock|doUnmock)$/]",
    message: 'Test files share modules: hand over what is to be replaced instead.',
  },
]
