/** What a shell should offer as a value. */
export type Completes = 'file' | 'directory' | readonly string[]

export type OptionSpec = {
  /** Without dashes. */
  readonly name: string
  /** One letter. */
  readonly short?: string
  /** The name of its value; undefined if it has none. */
  readonly value?: string
  readonly meaning: string
  readonly completes?: Completes
  /** May be given several times. */
  readonly many?: true
}

export type ArgumentSpec = {
  readonly name: string
  readonly completes?: Completes
  readonly optional?: true
  readonly many?: true
}

/** The specification of a command, from which its parser, help and completion follow. */
export type CommandSpec = {
  readonly name: string
  /** A summary without a full stop, such as `run a task`. */
  readonly summary: string
  readonly arguments: readonly ArgumentSpec[]
  readonly options: readonly OptionSpec[]
  /** The settings that it accepts as flags: none, those for connecting to the broker, all others, or all. */
  readonly settings: 'none' | 'channel' | 'proplet' | 'all'
  /** Paragraphs for `--help`. */
  readonly notes?: readonly string[]
  readonly examples: readonly (readonly [line: string, what: string])[]
  readonly exits: readonly (readonly [code: string, meaning: string])[]
  /** The usage, if it does not follow from arguments and options. */
  readonly usage?: readonly string[]
}

export const HELP: OptionSpec = { name: 'help', short: 'h', meaning: 'show this text' }
