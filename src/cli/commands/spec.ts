/** What a shell may offer for a value. */
export type Completes = 'file' | 'directory' | readonly string[]

export type OptionSpec = {
  /** Without its dashes. */
  readonly name: string
  /** One letter. */
  readonly short?: string
  /** What its value is called; undefined: it takes none. */
  readonly value?: string
  readonly meaning: string
  readonly completes?: Completes
  /** It may be given several times. */
  readonly many?: true
}

export type ArgumentSpec = {
  readonly name: string
  readonly completes?: Completes
  readonly optional?: true
  readonly many?: true
}

/** A command of the program: its command line is read, explained and completed by this. */
export type CommandSpec = {
  readonly name: string
  /** What it does, without a full stop: `run a task`. */
  readonly summary: string
  readonly arguments: readonly ArgumentSpec[]
  readonly options: readonly OptionSpec[]
  /** The settings that it takes as flags: none, those that lead to a broker, all but those, or all. */
  readonly settings: 'none' | 'channel' | 'proplet' | 'all'
  /** Paragraphs for `--help`. */
  readonly notes?: readonly string[]
  readonly examples: readonly (readonly [line: string, what: string])[]
  readonly exits: readonly (readonly [code: string, meaning: string])[]
  /** The usage, where it is not made from arguments and options. */
  readonly usage?: readonly string[]
}

export const HELP: OptionSpec = { name: 'help', short: 'h', meaning: 'show this text' }
