/** `terminal-input` of wasi:cli/terminal-input; there are none. */
export class TerminalInput {
  [Symbol.dispose](): void {}
}

/** `terminal-output` of wasi:cli/terminal-output; there are none. */
export class TerminalOutput {
  [Symbol.dispose](): void {}
}

const none = (): undefined => undefined

/** `wasi:cli/terminal-*`: no standard stream is a terminal. */
export const terminals = {
  'wasi:cli/terminal-input': { TerminalInput },
  'wasi:cli/terminal-output': { TerminalOutput },
  'wasi:cli/terminal-stdin': { getTerminalStdin: none },
  'wasi:cli/terminal-stdout': { getTerminalStdout: none },
  'wasi:cli/terminal-stderr': { getTerminalStderr: none },
}
