import type { CommandSpec } from './spec.js'

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

export const COMPLETION: CommandSpec = {
  name: 'completion',
  summary: 'print a completion script for a shell',
  arguments: [{ name: 'SHELL', completes: SHELLS }],
  options: [],
  settings: 'none',
  examples: [
    ['source <(proplet completion bash)', 'in ~/.bashrc'],
    ['source <(proplet completion zsh)', 'in ~/.zshrc, after compinit'],
    ['proplet completion fish > ~/.config/fish/completions/proplet.fish', 'once'],
  ],
  exits: [
    ['0', 'done'],
    ['64', 'wrong command line'],
  ],
}

export const HELP_COMMAND: CommandSpec = {
  name: 'help',
  summary: 'show help for a command',
  arguments: [{ name: 'COMMAND', optional: true }],
  options: [],
  settings: 'none',
  examples: [['proplet help submit', 'the same as proplet submit --help']],
  exits: [],
}
