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
 * A handler's name without the ending goctl leaves out too: `GetUserHandler` is `getUser`.
 *
 * @example handlerName('LoginHandler') // 'login'
 */
export function handlerName(handler: string): string {
  const base = handler.replace(/handler$/i, '')
  return camelCase(base === '' ? handler : base)
}

/**
 * A name as a property in TypeScript, quoted where it must be.
 *
 * @example propertyName('X-Trace') // "'X-Trace'"
 */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : quote(name)
}

/** A text as a TypeScript string literal. */
export function quote(text: string): string {
  if (/^[\w ./:@-]*$/.test(text)) return `'${text}'`
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")
  // Two line ends that JSON leaves as they are.
  return `'${inner.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`
}

const reserved: ReadonlySet<string> = new Set(
  (
    'await boolean catch class debugger delete do enum export extends false finally function implements in instanceof ' +
    'let never new null number object package private protected public static string super symbol this throw true try ' +
    'typeof undefined unknown void while with yield bigint eval arguments'
  ).split(' '),
)

/** A type's name in TypeScript: words TypeScript keeps to itself get an underscore. */
export function typeName(name: string): string {
  return reserved.has(name) ? `${name}_` : name
}
