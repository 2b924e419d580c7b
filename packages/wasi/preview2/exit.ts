import { ProcessExit } from '../host/exit.js'

/** `wasi:cli/exit`. */
export const exit = {
  exit: (status: { readonly tag: 'ok' | 'err' }): never => {
    throw new ProcessExit(status.tag === 'ok' ? 0 : 1)
  },
  exitWithCode: (code: number): never => {
    throw new ProcessExit(code)
  },
}
