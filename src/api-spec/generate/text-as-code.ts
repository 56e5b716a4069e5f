import { commentText } from '../language/comment-text.js'

/** Words of a name such as `GetUserInfo`, `get_user`, `user/session`: the seams are capitals and everything else. */
function wordsOf(name: string): readonly string[] {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^A-Za-z\d]+/)
    .filter((word) => word !== '')
}

/**
 * @example kebabCase('GetUserInfo') // 'get-user-info'
 */
export function kebabCase(name: string): string {
  return wordsOf(name).join('-').toLowerCase()
}

/**
 * @example camelCase('user/session') // 'userSession'
 */
export function camelCase(name: string): string {
  const [first = '', ...rest] = wordsOf(name)
  return (
    first.toLowerCase() + rest.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  )
}

/**
 * A handler's name without the ending goctl leaves out too: `GetUserHandler` is `getUser`. `Then` gets an underscore, or
 * the client of a service would pass for a promise.
 *
 * @example handlerName('LoginHandler') // 'login'
 */
export function handlerName(handler: string): string {
  const base = handler.replace(/handler$/i, '')
  const name = camelCase(base === '' ? handler : base)
  return name === 'then' ? 'then_' : name
}

/**
 * A name as a property in TypeScript, quoted where it must be. `__proto__` in an object literal would set the prototype,
 * unless it is computed.
 *
 * @example propertyName('X-Trace') // "'X-Trace'"
 */
export function propertyName(name: string): string {
  if (name === '__proto__') return "['__proto__']"
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name)
}

/** A text as a TypeScript string literal. */
export function quote(text: string): string {
  if (/^[\w ./:@-]*$/.test(text)) return `'${text}'`
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  // Two line ends that JSON leaves as they are.
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}

/** Words that cannot name a type and a value in a module: those of the language, and those TypeScript keeps for types. */
const reserved: ReadonlySet<string> = new Set(
  (
    'any arguments asserts await bigint boolean break case catch class const continue debugger default delete do else enum ' +
    'eval export exports extends false finally for function globalThis if implements import in infer instanceof interface ' +
    'intrinsic is keyof let module namespace never new null number object package private protected public readonly require ' +
    'return satisfies static string super switch symbol this throw true try type typeof undefined unique unknown var void ' +
    'while with yield'
  ).split(' '),
)

/**
 * A type's name in TypeScript: a reserved word gets an underscore, and so does a word that would then be the same, so two
 * types never get one name.
 *
 * @example typeName('class') // 'class_'
 */
export function typeName(name: string): string {
  return reserved.has(name.replace(/_+$/, '')) ? `${name}_` : name
}

/**
 * The name of the interface that the handlers of a service fill in.
 *
 * @example apiName('user-api') // 'UserApi'
 */
export function apiName(service: string): string {
  const camel = camelCase(service)
  const name = camel.charAt(0).toUpperCase() + camel.slice(1)
  const whole = name.endsWith('Api') ? name : `${name}Api`
  return /^[A-Z]/.test(whole) ? whole : `Api${whole}`
}

/**
 * Texts as a docstring, comments of an `.api` file without their marks. This and {@link lineComment} are the only places
 * where text becomes a comment of generated code: what would end the comment, or speak to the compiler, is taken apart.
 *
 * @param texts each may have several lines; empty lines are left out
 * @returns empty without any text, else with a line end
 * @example docComment(['// logs a user in'], '  ')
 */
export function docComment(texts: readonly string[], indent: string): string {
  const lines = texts.flatMap((text) => commentText(text).split(lineEnds).map(harmless))
  const kept = lines.filter((line) => line !== '')
  if (kept.length === 0) return ''
  if (kept.length === 1) return `${indent}/** ${kept[0] ?? ''} */\n`
  return `${indent}/**\n${indent} * ${kept.join(`\n${indent} * `)}\n${indent} */\n`
}

/**
 * A text as a comment of one line.
 *
 * @example lineComment('The routes of user-api.')
 */
export function lineComment(text: string): string {
  return `// ${harmless(text.replaceAll(lineEnds, ' '))}\n`
}

/** Every line end of JavaScript, and those that other readers take for one. */
const lineEnds = /[\n\v\f\r\u0085\u2028\u2029]/g

/** A line without an end of the comment, and without `@ts-ignore` and the like where the compiler looks for it. */
function harmless(line: string): string {
  return line
    .replace(/^\s*\*?\s*/, '')
    .replaceAll('*/', '* /')
    .replace(/^[\s/*]*@(?=ts-)/, '\\@')
    .trim()
}
