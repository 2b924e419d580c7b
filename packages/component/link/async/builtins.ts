import type { MakeBuiltin } from './builtin.js'
import { channelBuiltins } from './channel-builtins.js'
import { taskBuiltins } from './task-builtins.js'
import { threadBuiltins } from './thread-builtins.js'
import { waitableBuiltins } from './waitable-builtins.js'

const BUILTINS: ReadonlyMap<string, MakeBuiltin> = new Map([
  ...taskBuiltins,
  ...waitableBuiltins,
  ...channelBuiltins,
  ...threadBuiltins,
])

/** Undefined: it is not provided, as those of threads and of error contexts. */
export const findBuiltin = (name: string): MakeBuiltin | undefined => BUILTINS.get(name)
