/** A command of the Manager, decoded; absent and null keys are absent, defaults are filled in. */
export type Command = StartCommand | StopCommand | InvokeCommand

export type Target = {
  readonly broadcast: boolean
  /** The proplet that is meant; undefined: every proplet of the channel. */
  readonly propletId: string | undefined
}

/** An input as the Manager sent it: numbers keep the text they had on the wire, so that 64-bit integers survive. */
export type TaskInput = string

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
  /** It runs again when the proplet was ended while it ran. */
  readonly restart: boolean
}

/** Where the WebAssembly binary comes from: base64 text in the command itself, or an image of a registry. */
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

export type StopCommand = Target & { readonly type: 'stop'; readonly id: string }

/** One run of a latent task. All that is told of it carries the same object, so that its identity tells two apart. */
export type Invocation = {
  /** As the Manager named it; undefined: it gave no name. */
  readonly id: string | undefined
}

/** Runs the latent task `id`; inputs are those of this run, variables go on top of those of the start. */
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
 * A message that could not be accepted. `task` is known when it named one that can be answered, with its `invocation`
 * if it was to run a latent one.
 */
export type Rejection = {
  readonly type: 'rejected'
  readonly subtopic: string
  readonly reason: string
  readonly task: (Target & { readonly id: string; readonly invocation?: Invocation }) | undefined
}

/** What one message of a subscribed topic turns into. */
export type Decoded = Command | Chunk | Rejection

/**
 * Stamps a value with the time it was received, in milliseconds of the pipeline's clock, and with the number that its
 * command has in the journal, if it is there.
 */
export type Received<T> = T & { readonly receivedAt: number; readonly sequence?: number | undefined }
