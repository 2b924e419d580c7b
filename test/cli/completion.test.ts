import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/commands/table.js'
import { completion } from '../../src/cli/completion/completion.js'
import { openTerminal } from '../support/terminal.js'

const run = promisify(execFile)

let folder = ''
const scriptOf = (shell: string): string => {
  let script = ''
  const streams = { stdout: { write: (text: string) => (script += text) }, stderr: { write: () => true } }
  expect(completion({ args: [shell] }, streams)).toBe(0)
  return script
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'proplet-completion-'))
  for (const shell of ['bash', 'zsh', 'fish']) writeFileSync(join(folder, `c.${shell}`), scriptOf(shell))
  writeFileSync(join(folder, 'add.wasm'), '')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** The words that a shell should offer; the last word of the line is incomplete. */
const CASES: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ['proplet sub', ['submit']],
  ['proplet submit --wa', ['--wait']],
  ['proplet completion ', ['bash', 'fish', 'zsh']],
  ['proplet help wat', ['watch']],
  ['proplet submit ad', ['add.wasm']],
  ['proplet dev --max-ta', ['--max-tasks']],
  ['propeller-proplet --check', ['--check-config']],
]

describe('bash', () => {
  const offers = async (line: string): Promise<readonly string[]> => {
    const code = `source c.bash; COMP_WORDS=(${line
      .split(' ')
      .map((word) => `'${word}'`)
      .join(' ')}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1)); _proplet; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = await run('bash', ['--norc', '-c', code], { cwd: folder })
    return stdout.trim().split('\n').sort()
  }

  it.each(CASES)('%s', async (line, offered) => {
    expect(await offers(line)).toStrictEqual(offered)
  })

  it('offers every command and every option of each', async () => {
    expect(await offers('proplet ')).toStrictEqual(commands.map(({ name }) => name).sort())
    for (const { name, options } of commands) {
      const offered = await offers(`proplet ${name} --`)
      expect(offered).toStrictEqual(
        expect.arrayContaining(['--help', ...options.map((option) => `--${option.name}`)]),
      )
    }
  })

  it('offers nothing for a value that it knows nothing of, nor secrets', async () => {
    expect(await offers('proplet stop --proplet ')).toStrictEqual([''])
    expect(await offers('proplet submit --client-k')).toStrictEqual([''])
  })
})

describe('fish', () => {
  const offers = async (line: string): Promise<readonly string[]> => {
    const { stdout } = await run('fish', ['--no-config', '-c', `source c.fish; complete -C '${line}'`], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder },
    })
    return stdout
      .split('\n')
      .map((candidate) => candidate.split('\t')[0] ?? '')
      .filter((candidate) => candidate !== '')
      .sort()
  }

  it.each(CASES)('%s', async (line, offered) => {
    expect(await offers(line)).toStrictEqual(offered)
  })
})

describe.each([
  ['bash', 'bash --norc', 'source c.bash'],
  ['zsh', 'zsh -f', 'autoload -U compinit; compinit -u -D; source c.zsh'],
])('%s in a terminal', (_, shell, source) => {
  it('completes at the Tab key', async () => {
    const terminal = await openTerminal(shell, { PS1: '> ', HOME: folder })
    try {
      await terminal.command(`cd ${folder}; PS1='> '; ${source}`)
      await terminal.type('proplet sub')
      await terminal.keys('Tab')
      await terminal.sees(/> proplet submit/)
      await terminal.type('--wa')
      await terminal.keys('Tab')
      await terminal.sees(/> proplet submit --wait/)
      await terminal.type('ad')
      await terminal.keys('Tab')
      await terminal.sees(/> proplet submit --wait +add\.wasm/)
    } finally {
      await terminal.close()
    }
  })
})
