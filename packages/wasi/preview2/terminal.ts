import type { Terminals } from '../host/options.js'

/** `terminal-input` of wasi:cli/terminal-input. */
export class TerminalInput {
  [Symbol.dispose](): void {}
}

/** `terminal-output` of wasi:cli/terminal-output. */
export class TerminalOutput {
  [Symbol.dispose](): void {}
}

const NONE: Terminals = { stdin: false, stdout: false, stderr: false }

/** `wasi:cli/terminal-*`: which standard streams are terminals. Terminal resources have no functions. */
export const terminalImports = (terminals: () => Terminals | undefined) => ({
  'wasi:cli/terminal-input': { TerminalInput },
  'wasi:cli/terminal-output': { TerminalOutput },
  'wasi:cli/terminal-stdin': {
    getTerminalStdin: () => ((terminals() ?? NONE).stdin ? new TerminalInput() : undefined),
  },
  'wasi:cli/terminal-stdout': {
    getTerminalStdout: () => ((terminals() ?? NONE).stdout ? new TerminalOutput() : undefined),
  },
  'wasi:cli/terminal-stderr': {
    getTerminalStderr: () => ((terminals() ?? NONE).stderr ? new TerminalOutput() : undefined),
  },
})
