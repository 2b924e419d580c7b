import type { Binary } from '../../src/model/binary.js'
import type { Chunk, InvokeCommand, Received, StartCommand, StopCommand } from '../../src/model/command.js'
import type { FailureCode, Outcome } from '../../src/model/outcome.js'
import type { InvocationEvent, TaskEnded, TaskEvent } from '../../src/model/task-event.js'

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

export const text = (data: Uint8Array): string => new TextDecoder().decode(data)

export const start = (
  id: string,
  overrides: Partial<Received<StartCommand>> = {},
): Received<StartCommand> => ({
  type: 'start',
  id,
  name: 'add',
  source: { type: 'inline', base64: 'AGFzbQ==' },
  inputs: ['10', '20'],
  cliArgs: [],
  env: {},
  daemon: false,
  latent: false,
  encrypted: false,
  kbsResourcePath: undefined,
  monitoringProfile: undefined,
  restart: false,
  broadcast: false,
  propletId: undefined,
  receivedAt: 0,
  ...overrides,
})

export const stop = (id: string, overrides: Partial<Received<StopCommand>> = {}): Received<StopCommand> => ({
  type: 'stop',
  id,
  broadcast: false,
  propletId: undefined,
  receivedAt: 0,
  ...overrides,
})

export const invoke = (
  id: string,
  invocation: string | undefined,
  overrides: Partial<Received<InvokeCommand>> = {},
): Received<InvokeCommand> => ({
  type: 'invoke',
  id,
  invocation: { id: invocation },
  inputs: [],
  env: {},
  broadcast: false,
  propletId: undefined,
  receivedAt: 0,
  ...overrides,
})

export const chunk = (image: string, index: number, total: number, data: string): Chunk => ({
  type: 'chunk',
  image,
  index,
  total,
  data: bytes(data),
})

/** A binary that contains its own description. */
export const binary = (content: string): Binary => ({
  digest: `sha256:${content}`,
  size: content.length,
  content: { bytes: bytes(content) },
})

export const completed = (results: string): Outcome => ({ kind: 'completed', results })

export const stopped = (results = ''): Outcome => ({ kind: 'stopped', results })

export const failed = (code: FailureCode, error: string, results = ''): Outcome => ({
  kind: 'failed',
  code,
  error,
  results,
})

/** The events of an invocation created by `invoke`. */
export const ofInvocation = (
  id: string,
  invocation: string | undefined,
  event: InvocationEvent,
): TaskEvent => ({
  type: 'invocation',
  id,
  invocation: { id: invocation },
  event,
})

export const endOf = (
  id: string,
  outcome: Outcome,
  { receivedAt = 0, announced = false }: { readonly receivedAt?: number; readonly announced?: boolean } = {},
): TaskEnded & { readonly id: string } => ({ type: 'ended', id, outcome, receivedAt, announced })
