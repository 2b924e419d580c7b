import { describe, expect, it } from 'vitest'
import { commandHelp } from '../../../src/cli/commands/help-text.js'
import { parseWords } from '../../../src/cli/commands/parse.js'
import { commands } from '../../../src/cli/commands/table.js'
import { helpText } from '../../../src/cli/help.js'

it('--help names every command and every flag, and no secret', () => {
  const text = helpText('propeller-proplet')
  expect(text).toMatch(/^Usage: propeller-proplet \[options\]\n/)
  for (const { name, summary } of commands) expect(text).toMatch(new RegExp(`^  ${name} +${summary}`, 'm'))
  for (const flag of ['--config', '--section', '--mqtt-address', '--warm', '--print-config']) {
    expect(text).toMatch(new RegExp(`^  ${flag} `, 'm'))
  }
  expect(text).not.toContain('--client-key')
})

describe.each(commands.map((command) => [command.name, command] as const))('%s --help', (name, command) => {
  const text = commandHelp(command)

  it('has a usage, examples, and every option', () => {
    expect(text).toMatch(new RegExp(`^Usage: proplet ${name}`))
    expect(text).toContain('\nExamples:\n')
    for (const option of command.options) expect(text).toContain(`--${option.name}`)
  })

  it('has examples that are right', () => {
    const lines = command.examples.map(([line]) => line).filter(() => name !== 'exec')
    for (const line of lines) {
      const [, rest = ''] = /^(?:source <\()?proplet (?:(?!-)\S+ ?)?([^|&>)]*)/.exec(line) ?? []
      const argv = rest.trim() === '' ? [] : rest.trim().split(/ +/)
      expect(parseWords(command, argv)).toMatchObject({ _tag: 'Right' })
    }
  })
})
