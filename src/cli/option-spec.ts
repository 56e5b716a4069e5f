/** One option of a command: `flag` is there or not, `text` takes a value, `texts` may be given several times. */
export interface OptionSpec {
  readonly kind: 'flag' | 'text' | 'texts'
  /** What stands for the value in the help: `FILE`. */
  readonly value?: string
  readonly help: string
}

/** Options by name, without their dashes. */
export type OptionSpecs = Readonly<Record<string, OptionSpec>>
