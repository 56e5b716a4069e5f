import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import {
  apiName,
  docComment,
  handlerName,
  lineComment,
  propertyName,
  quote,
  typeName,
} from '../../../src/api-spec/generate/text-as-code.js'

/** Texts that end a comment, or speak to the compiler, unless they are taken apart. */
const evil = [
  '*/ evil() /*',
  '**//*/ evil() //',
  'a\nevil() //',
  'a\r\nevil()',
  'a\u2028evil()',
  'a\u2029*/evil()',
  '// */ evil()',
  '/* a */ evil() /* b */',
  '@ts-ignore',
  '@ts-expect-error',
  '// @ts-ignore',
  'a\n * @ts-ignore',
  '/* @ts-expect-error */',
]

/** What the compiler sees of a comment before one statement. */
function seenIn(comment: string) {
  const code = `${comment}const a: number = ''\n`
  const host = ts.createCompilerHost({})
  const file = ts.createSourceFile('a.ts', code, ts.ScriptTarget.Latest)
  const program = ts.createProgram(
    ['a.ts'],
    { noLib: true, types: [] },
    { ...host, getSourceFile: (name) => (name === 'a.ts' ? file : undefined) },
  )
  const faults = program.getSemanticDiagnostics(file).map((each) => each.code)
  return { statements: file.statements.length, faults }
}

describe('text as a comment', () => {
  it.each(evil)('text stays a comment: %j', (text) => {
    const plain = seenIn('')
    expect(plain.faults).toHaveLength(1)
    expect(seenIn(docComment([text], '  '))).toEqual(plain)
    expect(seenIn(docComment([text, text], ''))).toEqual(plain)
    expect(seenIn(lineComment(text))).toEqual(plain)
  })

  it('a comment has one line for one text, more for more, and nothing without any', () => {
    expect(docComment(['// logs a user in // at https://a'], '  ')).toBe(
      '  /** logs a user in // at https://a */\n',
    )
    expect(docComment(['/* a\n * b */'], '')).toBe('/**\n * a\n * b\n */\n')
    expect(docComment(['//', ' '], '')).toBe('')
    expect(lineComment('a\nb')).toBe('// a b\n')
  })
})

describe('text as a name', () => {
  it('two types of an .api file never get one name, reserved words or not', () => {
    const names = ['class', 'class_', 'class__', 'any', 'any_', 'User', 'User_', 'globalThis']
    expect(new Set(names.map(typeName)).size).toBe(names.length)
    expect(names.map(typeName)).not.toContain('class')
    expect(typeName('User_')).toBe('User_')
  })

  it('a property is quoted where it must be, and __proto__ is computed', () => {
    expect(['a', 'X-Trace', '__proto__'].map(propertyName)).toEqual([
      'a',
      "'X-Trace'",
      "['__proto__']",
    ])
    expect(quote("a'\u2028\n")).toBe("'a\\'\\u2028\\n'")
  })

  it('handlers have the names of the .api file, and none of them is then', () => {
    expect(['LoginHandler', 'get_user', 'Then', 'ThenHandler'].map(handlerName)).toEqual([
      'login',
      'getUser',
      'then_',
      'then_',
    ])
  })

  it('the interface of a service has a name that begins with a letter', () => {
    expect(['user-api', 'user', 'call', '7up'].map(apiName)).toEqual([
      'UserApi',
      'UserApi',
      'CallApi',
      'Api7upApi',
    ])
  })
})
