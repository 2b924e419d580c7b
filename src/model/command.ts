/**
 * A decoded command of the Manager. Missing and null keys are undefined; defaults are filled in.
 *
 * @example
 * ```ts
 * const isForTask = (command: Command, id: string) => command.id === id
 * ```
 */
export type Command = StartCommand | StopCommand | InvokeCommand

export type Target = {
  readonly broadcast: boolean
  /** The addressed proplet; undefined for every proplet of the channel. */
  readonly propletId: string | undefined
}

/** An input as the Manager sent it: numbers keep the text they had on the wire, so that 64-bit integers survive. */
export type TaskInput = string

/**
 * Starts the task `id`, or deploys it if it is latent.
 *
 * @example
 * ```ts
 * const isServer = ({ daemon, env }: StartCommand) => daemon && 'PORT' in env
 * ```
 */
export type StartCommand = Target & {
  readonly type: 'start'
  readonly id: string
  /** The export to call. */
  readonly name: string
  readonly source: BinarySource
  readonly inputs: readonly TaskInput[]
  readonly cliArgs: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly daemon: boolean
  readonly latent: boolean
  readonly encrypted: boolean
  readonly kbsResourcePath: string | undefined
  /** Where its storage of the hardware abstraction layer is to be. */
  readonly halStoragePath?: string
  readonly monitoringProfile: MonitoringProfile | undefined
  /** Run the task again if the proplet ended while it ran. */
  readonly restart: boolean
}

/**
 * Where the binary comes from: base64 text in the command itself, or an image in a registry.
 *
 * @example
 * ```ts
 * const source: BinarySource = { type: 'image', image: 'registry.example/sum:1' }
 * ```
 */
export type BinarySource =
  { readonly type: 'inline'; readonly base64: string } | { readonly type: 'image'; readonly image: string }

export type MonitoringProfile = {
  readonly enabled: boolean | undefined
  /** Milliseconds; undefined: the default of the profile. */
  readonly intervalMs: number | undefined
  readonly collectCpu: boolean | undefined
  readonly collectMemory: boolean | undefined
  readonly collectDiskIo: boolean | undefined
  readonly collectThreads: boolean | undefined
  readonly collectFileDescriptors: boolean | undefined
  readonly exportToMqtt: boolean | undefined
  readonly retainHistory: boolean | undefined
  readonly historySize: number | undefined
}

/**
 * Stops the task `id`.
 *
 * @example
 * ```ts
 * const isStop = (command: Command): command is StopCommand => command.type === 'stop'
 * ```
 */
export type StopCommand = Target & { readonly type: 'stop'; readonly id: string }

/**
 * One run of a latent task. Every event of a run carries the same object: compare by identity, since `id` is optional.
 *
 * @example
 * ```ts
 * const byName: Invocation = { id: 'call-7' }
 * const unnamed: Invocation = { id: undefined }
 * ```
 */
export type Invocation = {
  /** The Manager's ID for it, if it gave one. */
  readonly id: string | undefined
}

/**
 * Runs the latent task `id` with inputs of its own; its variables override those of the start command.
 *
 * @example
 * ```ts
 * const callsOf = (id: string) => command$.pipe(filter((each): each is Received<InvokeCommand> => each.type === 'invoke' && each.id === id))
 * ```
 */
export type InvokeCommand = Target & {
  readonly type: 'invoke'
  readonly id: string
  readonly invocation: Invocation
  readonly inputs: readonly TaskInput[]
  readonly env: Readonly<Record<string, string>>
}

/** One chunk of a binary, decoded. */
export type Chunk = {
  readonly type: 'chunk'
  readonly image: string
  readonly index: number
  readonly total: number
  readonly data: Uint8Array
}

/**
 * A message that could not be accepted. `task` is set if it named a task that can be answered, with its `invocation`
 * if it would have run a latent one.
 */
export type Rejection = {
  readonly type: 'rejected'
  readonly subtopic: string
  readonly reason: string
  readonly task: (Target & { readonly id: string; readonly invocation?: Invocation }) | undefined
}

/** The result of decoding a message. */
export type Decoded = Command | Chunk | Rejection

/**
 * Adds when a value was received, in milliseconds of the pipeline's clock, and the sequence number of its command if it is
 * in the journal.
 *
 * @example
 * ```ts
 * const ageOf = ({ receivedAt }: Received<Command>) => asyncScheduler.now() - receivedAt
 * ```
 */
export type Received<T> = T & { readonly receivedAt: number; readonly sequence?: number | undefined }
