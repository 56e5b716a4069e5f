/** One option of a command: `flag` takes no value, `text` takes one, `texts` may be given several times. */
export interface OptionSpec {
  readonly kind: 'flag' | 'text' | 'texts'
  /** The placeholder of the value in the help: `FILE`. */
  readonly value?: string
  readonly help: string
}

/** Options by name, without their dashes. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>
