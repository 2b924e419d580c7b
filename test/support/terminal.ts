import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { promisify } from 'node:util'
import { expect, vi } from 'vitest'

const run = promisify(execFile)

const WITHIN_MS = 15_000

/** A terminal with a shell: input is typed as keys, and output is read as displayed. */
export type Terminal = {
  readonly keys: (...names: readonly string[]) => Promise<void>
  readonly type: (text: string) => Promise<void>
  /** Types a line and Enter, waits until the command has ended, and returns the screen and the exit code. */
  readonly command: (line: string) => Promise<{ readonly screen: string; readonly code: number }>
  /** The screen with its scrollback, without trailing blanks. */
  readonly screen: () => Promise<string>
  /** Waits until this appears on the screen. */
  readonly sees: (pattern: RegExp | string) => Promise<string>
  readonly resize: (columns: number, rows: number) => Promise<void>
  /** A format of tmux, such as `#{cursor_flag}`. */
  readonly state: (format: string) => Promise<string>
  readonly close: () => Promise<void>
}

/** Opens a terminal in tmux, with a separate server that reads no configuration. */
export const openTerminal = async (
  shell: string,
  env: Readonly<Record<string, string>>,
  [columns, rows]: readonly [number, number] = [120, 40],
): Promise<Terminal> => {
  const socket = `proplet-${randomUUID()}`
  const tmux = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run('tmux', ['-L', socket, '-f', '/dev/null', ...args], {
      env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', TERM: 'xterm-256color' },
    })
    return stdout
  }
  const variables = Object.entries({ PATH: process.env['PATH'] ?? '', ...env }).map(
    ([name, value]) => `${name}='${value}'`,
  )
  const command = `exec env -i TERM=screen LANG=C.UTF-8 ${variables.join(' ')} ${shell}`
  await tmux('new-session', '-d', '-x', String(columns), '-y', String(rows), command)

  const screen = async () => (await tmux('capture-pane', '-p', '-S', '-2000')).trimEnd()
  const type = async (text: string) => {
    await tmux('send-keys', '-l', '--', text)
  }
  const keys = async (...names: readonly string[]) => {
    await tmux('send-keys', '--', ...names)
  }
  const sees = (pattern: RegExp | string) =>
    vi.waitFor(
      async () => {
        const seen = await screen()
        expect(seen).toMatch(pattern)
        return seen
      },
      { timeout: WITHIN_MS, interval: 100 },
    )
  return {
    keys,
    type,
    screen,
    sees,
    command: async (line) => {
      const mark = randomUUID().slice(0, 8)
      await tmux('send-keys', '-R')
      await tmux('clear-history')
      await type(`${line}; echo "${mark.slice(0, 4)}""${mark.slice(4)}=$?"`)
      await keys('Enter')
      const seen = await sees(new RegExp(`${mark}=\\d+`))
      return { screen: seen, code: Number(new RegExp(`${mark}=(\\d+)`).exec(seen)?.[1]) }
    },
    resize: async (width, height) => {
      await tmux('resize-window', '-x', String(width), '-y', String(height))
    },
    state: async (format) => (await tmux('display-message', '-p', format)).trim(),
    close: async () => {
      await tmux('kill-server').catch(() => undefined)
    },
  }
}
