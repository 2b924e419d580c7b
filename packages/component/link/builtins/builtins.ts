import type { MakeBuiltin } from './builtin.js'
import { channelBuiltins } from './channel-builtins.js'
import { errorContextBuiltins } from './error-context-builtins.js'
import { taskBuiltins } from './task-builtins.js'
import { threadBuiltins } from './thread-builtins.js'
import { waitableBuiltins } from './waitable-builtins.js'

const BUILTINS: ReadonlyMap<string, MakeBuiltin> = new Map([
  ...taskBuiltins,
  ...waitableBuiltins,
  ...channelBuiltins,
  ...threadBuiltins,
  ...errorContextBuiltins,
])

/** Undefined if the linker does not provide it. */
export const findBuiltin = (name: string): MakeBuiltin | undefined => BUILTINS.get(name)
