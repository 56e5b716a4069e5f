/** Routes that stand in one block. */
const perBlock = 25

/**
 * An `.api` file of so many routes: every block with its prefix, group and now and then a guard, every route with types
 * of its own.
 *
 * @param {number} routes
 */
export function makeService(routes) {
  const numbers = Array.from({ length: routes }, (_, index) => index)
  const blocks = numbers.filter((index) => index % perBlock === 0)
  return [
    'syntax = "v1"\n\ninfo (\n\ttitle: "made for measuring"\n)\n',
    ...numbers.map(typesOf),
    ...blocks.map((first) => blockOf(first, Math.min(perBlock, routes - first))),
  ].join('\n')
}

/** @param {number} index */
function typesOf(index) {
  const own = String(index)
  return `// What a caller of route ${own} sends.
type Req${own} {
	Id   string \`path:"id"\`
	Page int    \`form:"page,default=1,range=[1:100]"\` // from 1
	Kind string \`form:"kind,options=web|phone,optional"\`
	Note string \`json:"note,optional"\`
}

type Resp${own} {
	Items []string          \`json:"items"\`
	Names map[string]string \`json:"names,omitempty"\`
	Total int64             \`json:"total"\`
}
`
}

/**
 * @param {number} first
 * @param {number} count
 */
function blockOf(first, count) {
  const number = String(first / perBlock)
  const guard = first % (2 * perBlock) === 0 ? '\tjwt: Auth\n' : ''
  const routes = Array.from({ length: count }, (_, index) => routeOf(first + index))
  return `@server (
	prefix: /v1/block-${number}
	group: block${number}
${guard})
service made-api {
${routes.join('\n')}}
`
}

/** @param {number} index */
function routeOf(index) {
  const own = String(index)
  const method = index % 3 === 0 ? 'post' : 'get'
  return `	@doc "route ${own}"
	@handler Route${own}
	${method} /things${own}/:id (Req${own}) returns (Resp${own})
`
}
