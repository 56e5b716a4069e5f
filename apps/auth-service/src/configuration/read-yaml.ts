import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { SetupFault } from '../foundation/setup-fault.js'

/** Reads an environment variable. */
export type ReadVariable = (name: string) => string | undefined

/** The content of a file, and one line for each variable that it names and that is not set. */
export interface YamlContent {
  readonly content: unknown
  readonly faults: readonly string[]
}

/**
 * Reads a YAML file and replaces `${NAME}` in its texts by environment variables. Numbers stay numbers; a variable's
 * value is always text, never parsed as YAML.
 *
 * @throws SetupFault when the file cannot be read, or is not YAML
 */
export function readYaml(path: string, variable: ReadVariable): YamlContent {
  const faults: string[] = []
  const fill = (value: unknown, at: string): unknown => {
    if (typeof value === 'string') {
      // A text that is just one variable may be a secret: the reader of secrets replaces it.
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

/** Fields that contain a reference to a secret, never the secret itself. */
function isSecret(at: string): boolean {
  return /(secret|encryptionkey|auditkeys?|metricstoken)(\.\d+)?$/i.test(at)
}

function parseFile(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new SetupFault('the file named in JOTGATE_CONFIG cannot be read')
  }
  try {
    return parse(text)
  } catch (error) {
    // The parser's message quotes the text, which may contain a secret; its position does not.
    const at = (error as { linePos?: [{ line: number; col: number }] }).linePos?.[0]
    throw new SetupFault(
      `the configuration is not YAML${at ? `: line ${String(at.line)}, column ${String(at.col)}` : ''}`,
    )
  }
}
