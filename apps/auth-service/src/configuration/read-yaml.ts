import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { SetupFault } from '../foundation/setup-fault.js'

/** Reads a variable of the environment. */
export type ReadVariable = (name: string) => string | undefined

/** Content of a file, and a line for each variable that it names and nobody has set. */
export interface YamlContent {
  readonly content: unknown
  readonly faults: readonly string[]
}

/**
 * Reads a YAML file, with `${NAME}` in its texts replaced by variables of the environment. Numbers stay what they are;
 * what a variable holds is text, and is never read as YAML.
 *
 * @throws SetupFault when the file can not be read, or is no YAML
 */
export function readYaml(path: string, variable: ReadVariable): YamlContent {
  const faults: string[] = []
  const fill = (value: unknown, at: string): unknown => {
    if (typeof value === 'string') {
      // A whole text that names one variable may be a secret: it is left for whoever reads secrets.
      return isSecret(at) ? value : fillText(value, at)
    }
    if (Array.isArray(value))
      return value.map((each, index) => fill(each, `${at}.${String(index)}`))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, fill(each, at ? `${at}.${name}` : name)]),
    )
  }
  const fillText = (text: string, at: string): string =>
    text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
      const value = variable(name)
      if (value === undefined) faults.push(`${at}: names the variable ${name}, which is not set`)
      return value ?? ''
    })
  return { content: fill(parseFile(path), ''), faults }
}

/** Fields that hold a reference to a secret, never the secret itself. */
function isSecret(at: string): boolean {
  return /(secret|encryptionkey|metricstoken)(\.\d+)?$/i.test(at)
}

function parseFile(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new SetupFault('the file named in JOTGATE_CONFIG can not be read')
  }
  try {
    return parse(text)
  } catch (error) {
    // The parser's message quotes the text, which may hold a secret; its position does not.
    const at = (error as { linePos?: [{ line: number; col: number }] }).linePos?.[0]
    throw new SetupFault(
      `the configuration is not YAML${at ? `: line ${String(at.line)}, column ${String(at.col)}` : ''}`,
    )
  }
}
