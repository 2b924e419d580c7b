import type { CommandSpec } from './spec.js'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

export const COMPLETION: CommandSpec = {
  name: 'completion',
  summary: 'print what teaches a shell to complete these commands',
  arguments: [{ name: 'SHELL', completes: SHELLS }],
  options: [],
  settings: 'none',
  examples: [
    ['source <(proplet completion bash)', 'in ~/.bashrc'],
    ['source <(proplet completion zsh)', 'in ~/.zshrc, behind compinit'],
    ['proplet completion fish > ~/.config/fish/completions/proplet.fish', 'once'],
  ],
  exits: [
    ['0', 'done'],
    ['64', 'wrong command line'],
  ],
}

export const HELP_COMMAND: CommandSpec = {
  name: 'help',
  summary: 'tell about a command',
  arguments: [{ name: 'COMMAND', optional: true }],
  options: [],
  settings: 'none',
  examples: [['proplet help submit', 'the same as proplet submit --help']],
  exits: [],
}
