import { wireMembers } from '../embedding.js'
import { type Project } from '../load.js'
import { type Report } from '../report.js'
import { type ApiSpec, type DefinedType } from '../spec.js'
import { joined } from '../syntax/ast.js'

/** Methods whose `form` members are sent in the body. */
const withBody = new Set(['post', 'put', 'patch'])

const secretName =
  /passw|passphrase|^pwd$|secret|credential|api[-_]?key|private[-_]?key|otp$|^pin$|token$/i
/** Those say where the next page begins. */
const pageToken = /^(page|next|prev|previous|continuation|cursor|sync)[-_]?token$/i

/**
 * A member that is named like a secret and that would be in the address is a warning: addresses are kept in logs and
 * histories.
 */
export function checkAddresses(project: Project, spec: ApiSpec, report: Report): void {
  const secretsOf = createSecrets(spec.types)
  for (const { file, statement } of project.services) {
    for (const { route } of statement.items) {
      const { method, path, request } = route
      const { inPath, inForm, hasJson } = secretsOf(request?.type?.name.text ?? '')
      const isForm = withBody.has(method.text) && !hasJson
      for (const name of isForm ? inPath : [...inPath, ...inForm])
        report.at(file, path[0] ?? method, {
          severity: 'warning',
          message: `'${name}' would be in the address of ${method.text} ${joined(path)}, and addresses are logged`,
          hint: 'send it in the body of a POST, or in a header',
        })
    }
  }
}

/** Members of a request that are named like secrets. */
interface Secrets {
  readonly inPath: readonly string[]
  readonly inForm: readonly string[]
  readonly hasJson: boolean
}

/** Looks each type up once, however many routes ask for it. */
function createSecrets(declared: readonly DefinedType[]): (name: string) => Secrets {
  const types = new Map(declared.map((type) => [type.raw, type]))
  const known = new Map<string, Secrets>()
  return (name) => {
    const before = known.get(name)
    if (before !== undefined) return before
    const sent = wireMembers(types.get(name)?.members ?? [], { types, problem: ignore })
    const secrets = sent.filter((each) => secretName.test(each.name) && !pageToken.test(each.name))
    const from = (source: string) =>
      secrets.filter(({ tag }) => tag.source === source).map((each) => each.name)
    const hasJson = sent.some(({ tag }) => tag.source === 'json')
    const found = { inPath: from('path'), inForm: from('form'), hasJson }
    known.set(name, found)
    return found
  }
}

/** Tags that cannot be read are said elsewhere. */
function ignore(): void {
  return
}
