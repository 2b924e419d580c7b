import { NEVER, takeUntil, tap, type Observable } from 'rxjs'
import { stopSignal } from '../../app/signals.js'
import { EXIT } from '../output/exits.js'
import { CommandFailure } from './failure.js'
import { safeText } from './safe.js'
import type { Shown } from './shown.js'
import { styleFor } from './style.js'
import { toError } from '../../model/to-error.js'

const CLEAR_LINE = '\r\x1b[K'
const SIGNAL_CODES = { SIGINT: 130, SIGTERM: 143 } as const
/** The exit code of a process that was ended by SIGPIPE. */
const EXIT_PIPE = 141

type Screen = Pick<NodeJS.Process, 'stdout' | 'stderr' | 'env'>

/** Writes the output of a command: results to standard output, everything else to standard error. */
const createPresenter = ({ stdout, stderr, env }: Screen) => {
  const style = styleFor(stderr, env)
  let code: number = EXIT.done
  let hasStatus = false
  const clear = () => {
    if (hasStatus) stderr.write(CLEAR_LINE)
    hasStatus = false
  }
  const line = (text: string) => {
    clear()
    stderr.write(`${stderr.isTTY ? safeText(text) : text}\n`)
  }
  return {
    show: (shown: Shown) => {
      switch (shown.type) {
        case 'result':
          clear()
          stdout.write(stdout.isTTY ? safeText(shown.text) : shown.text)
          break
        case 'note':
          line(shown.text)
          break
        case 'failure':
          clear()
          stderr.write(`${style.red('error:')} ${stderr.isTTY ? safeText(shown.text) : shown.text}\n`)
          break
        case 'status':
          if (!stderr.isTTY) break
          hasStatus = true
          stderr.write(`${CLEAR_LINE}${style.dim(shown.text.slice(0, Math.max(1, stderr.columns - 1)))}`)
          break
        case 'exit':
          code = shown.code
      }
    },
    clear,
    code: () => code,
  }
}

export type PresentOptions = {
  /** Printed if the command is ended by a signal. */
  readonly parting?: readonly string[]
  /** The command handles signals itself, and ends. */
  readonly endsItself?: boolean
}

/**
 * Subscribes to the output of a command, prints it, and resolves to the exit code. A signal ends it with 128 plus its
 * number; a `CommandFailure` is printed, any other error is thrown.
 */
export const present = (
  shown$: Observable<Shown>,
  host: NodeJS.Process,
  { parting = [], endsItself = false }: PresentOptions = {},
): Promise<number> =>
  new Promise((resolve, reject) => {
    const { show, clear, code } = createPresenter(host)
    let signalled: number | undefined
    const signal$ = stopSignal(host).pipe(tap((signal) => (signalled = SIGNAL_CODES[signal])))
    for (const stream of [host.stdout, host.stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'EPIPE') host.exit(EXIT_PIPE)
        reject(error)
      })
    }
    const ended$ = endsItself ? NEVER : signal$
    shown$.pipe(takeUntil(ended$)).subscribe({
      next: show,
      complete: () => {
        clear()
        if (signalled !== undefined) for (const text of parting) show({ type: 'note', text })
        resolve(signalled ?? code())
      },
      error: (error: unknown) => {
        if (!(error instanceof CommandFailure)) {
          clear()
          reject(toError(error))
          return
        }
        show({ type: 'failure', text: error.message })
        if (error.hint !== undefined) show({ type: 'note', text: error.hint })
        resolve(error.exit)
      },
    })
  })
