import { defer, type Observable } from 'rxjs'
import { errorLines, warningLines } from '../output/lines.js'
import { CommandFailure } from './failure.js'
import { present, type PresentOptions } from './present.js'
import type { Shown } from './shown.js'

/** A command after its command line was read: what it does, and what to print if it is interrupted. */
export type Plan = {
  readonly shown$: Observable<Shown>
  readonly warnings: readonly string[]
} & PresentOptions

/** Runs a plan as a command, and reports problems of the command line and of the settings. */
export const carryOut = async (plan: () => Plan | Promise<Plan>, host: NodeJS.Process): Promise<number> => {
  try {
    const { shown$, warnings, ...options } = await plan()
    host.stderr.write(warningLines(warnings))
    return await present(
      defer(() => shown$),
      host,
      options,
    )
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error
    host.stderr.write(errorLines([error.message]))
    if (error.hint !== undefined) host.stderr.write(`${error.hint}\n`)
    return error.exit
  }
}
