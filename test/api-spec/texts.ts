import fc from 'fast-check'
import { scan } from '../../src/api-spec/language/syntax/scanner.js'

/** A file that uses every form of the language once, the dialect's included. */
export const everyForm = `// Users and their sessions.
syntax = "v1"

info (
  title: "users" // shown in the docs
  desc: \`raw\`
  draft: true
)

import "base.api"
import (
  "a.api"
  // why
  "b.api"
)

// What a login takes.
type LoginReq struct {
  Username string \`json:"username"\` // unique
  // at least 12 characters
  Password string \`json:"password"\`

  Remember, Trust bool \`json:"remember,optional"\`
  Nested {
    Deep []*Other \`json:"deep"\`
  } \`json:"nested"\`
  Other
  *Another
  Any interface{} \`json:"any"\`
  Names map[string][]string \`json:"names"\`
  Three [3]int
}
type (
  Other {}
  Another { X int /* x */ }
)

@server (
  prefix: /api/alert-center-two/v1-2 // long
  group: user/session
  jwt: Auth
  scopes: "users:read, users:write"
  roles: admin,auditor
  middleware: Log, Audit
  timeout: 1h30m
  maxBytes: 1024
  tags: "a b"
)
service user-api {
  @doc "log in"
  @handler Login // h
  // r
  post /login (LoginReq) returns (Other) // t
  @doc (
    summary: "x"
  )
  @jwt Auth
  @server (timeout: 3s roles: admin)
  @handler Profile
  get /profile/:user-id/index.html returns ([]*Other);

  @handler Empty
  head /
  @handler Ping
  get /2x/ ()
}
// the end
`

const pieces = [
  ...everyForm.split(/(?<=[\s(){}[\],:;/@"\x60])/),
  ...'@jwt|@server(|@doc|@handler h|get /x|type A {|}|)|(|{|"|`|//|/*|*/|\n|\t| |interface{}|...|1h|1ms|9|é|𝒳|\0|%|returns|struct|map['.split(
    '|',
  ),
]

/** Texts from pieces of real files and of noise. */
export const soups: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...pieces), { maxLength: 60 })
  .map((parts) => parts.join(''))

/** A text with a few spans deleted, doubled, replaced or swapped. */
export function mutations(texts: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(12),
    insert: fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })),
  })
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([text, edits]) =>
      edits.reduce((current, { at, length, insert }) => {
        const from = Math.floor(at * current.length)
        return current.slice(0, from) + insert + current.slice(from + length)
      }, text),
    )
}

const comments = [
  ' // c\n',
  ' /* c */ ',
  '\n// c\n',
  '\n\n\n// c\n\n\n',
  '\n/* c\n c */\n',
  ' /* a */ /* b */ // c\n// d\n',
]
const boundaries = scan(everyForm, 'dialect').tokens.filter(
  ({ kind }) => !/^[-./:A-Z]/.test(kind) || kind === 'IDENT',
)

/** {@link everyForm} with comments between its tokens, most of it still valid. */
export const commented: fc.Arbitrary<string> = fc
  .array(fc.record({ at: fc.nat(boundaries.length - 1), comment: fc.constantFrom(...comments) }), {
    minLength: 1,
    maxLength: 6,
  })
  .map((inserts) =>
    inserts
      .map(({ at, comment }) => ({ at: boundaries[at]?.start.offset ?? 0, comment }))
      .toSorted((one, other) => other.at - one.at)
      .reduce((text, { at, comment }) => text.slice(0, at) + comment + text.slice(at), everyForm),
  )
