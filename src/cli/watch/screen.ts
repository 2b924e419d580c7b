import { Observable, fromEvent, map, startWith } from 'rxjs'
import type { Size } from './render.js'

const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l'
const LEAVE = '\x1b[?7h\x1b[?25h\x1b[?1049l'
const HOME = '\x1b[H'
const END_OF_LINE = '\x1b[K'
const END_OF_SCREEN = '\x1b[J'
/** q, Q, Ctrl-C, Ctrl-D, or Escape. */
const QUIT = /^(?:[qQ\x03\x04]|\x1b$)/

export type Screen = {
  readonly size$: Observable<Size>
  /** A key to quit was pressed. */
  readonly quit$: Observable<void>
  /** Frames are skipped while the terminal is slow. */
  readonly draw: (lines: readonly string[]) => void
}

type Terminal = Pick<NodeJS.Process, 'stdout' | 'stdin' | 'once' | 'off'>

const quits = (stdin: NodeJS.ReadStream): Observable<void> =>
  new Observable((subscriber) => {
    const onData = (data: Buffer) => {
      if (QUIT.test(data.toString('latin1'))) subscriber.next()
    }
    const onEnd = () => subscriber.next()
    stdin.on('data', onData)
    stdin.on('end', onEnd)
    return () => {
      stdin.off('data', onData)
      stdin.off('end', onEnd)
    }
  })

/** Takes over the terminal, and restores it on unsubscription or at the end of the process. */
export const openScreen = (host: Terminal): Observable<Screen> =>
  new Observable((subscriber) => {
    const { stdout, stdin } = host
    const hasKeys = stdin.isTTY
    const leave = () => {
      host.off('exit', leave)
      if (hasKeys) stdin.setRawMode(false).pause()
      stdout.write(LEAVE)
    }
    if (hasKeys) stdin.setRawMode(true).resume()
    stdout.write(ENTER)
    host.once('exit', leave)
    const size = (): Size => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 })
    subscriber.next({
      size$: fromEvent(stdout, 'resize').pipe(map(size), startWith(size())),
      quit$: hasKeys ? quits(stdin) : new Observable<void>(() => undefined),
      draw: (lines) => {
        if (stdout.writableNeedDrain) return
        stdout.write(HOME + lines.map((line) => line + END_OF_LINE).join('\r\n') + END_OF_SCREEN)
      },
    })
    return leave
  })
