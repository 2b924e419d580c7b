import type { BootMessage, RunMessage } from '../../runtime/guest/channel/protocol.js'
import type { ExecRequest } from './args.js'
import { launchLimits, preopensOf } from './limits.js'

const PROGRAM = '_start'

export const bootMessage = (request: ExecRequest): BootMessage => ({
  type: 'boot',
  preopens: preopensOf(request),
  ...launchLimits(request),
  isOnce: true,
})

export const runMessage = (request: ExecRequest): RunMessage => ({
  type: 'run',
  name: request.invoke ?? PROGRAM,
  program: request.program,
  isExact: request.invoke !== undefined,
  inputs: request.args,
  cliArgs: [],
  env: request.env,
  module: { digest: 'file', from: 'body' },
  keep: false,
  evict: [],
  outputMaxBytes: null,
  console: { stdin: request.stdin },
})
