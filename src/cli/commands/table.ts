import { INVOKE, STOP, SUBMIT, WATCH } from './client.js'
import { ATTEST, ENCRYPT } from './confidential.js'
import { DEV } from './dev.js'
import { EXEC, INSPECT } from './local.js'
import { CHECK_CONFIG, PRINT_CONFIG, RUN, VERSION } from './run.js'
import type { CommandSpec } from './spec.js'
import { COMPLETION, HELP_COMMAND } from './words.js'

/** Every command, in the order of `--help`. */
export const commands: readonly CommandSpec[] = [
  RUN,
  PRINT_CONFIG,
  CHECK_CONFIG,
  SUBMIT,
  STOP,
  INVOKE,
  WATCH,
  DEV,
  INSPECT,
  ENCRYPT,
  ATTEST,
  EXEC,
  COMPLETION,
  HELP_COMMAND,
  VERSION,
]

export const findCommand = (name: string): CommandSpec | undefined =>
  commands.find((command) => command.name === name)
