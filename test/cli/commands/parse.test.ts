import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { STOP, SUBMIT, WATCH } from '../../../src/cli/commands/client.js'
import { INSPECT } from '../../../src/cli/commands/local.js'
import { parseWords, type Words } from '../../../src/cli/commands/parse.js'
import type { CommandSpec } from '../../../src/cli/commands/spec.js'

const parsed = (spec: CommandSpec, ...argv: readonly string[]): Words => {
  const words = parseWords(spec, argv)
  if (E.isLeft(words)) throw new Error(words.left.join('; '))
  return words.right
}
const problems = (spec: CommandSpec, ...argv: readonly string[]): readonly string[] => {
  const words = parseWords(spec, argv)
  return E.isLeft(words) ? words.left : []
}

describe('a command line', () => {
  it('has options anywhere, and arguments between them', () => {
    const words = parsed(SUBMIT, 'a.wasm', '--name', 'add', '10', '--wait', '20', '--env=A=b', '--env', 'C')
    expect(words.args).toStrictEqual(['a.wasm', '10', '20'])
    expect([words.value('name'), words.values('env')]).toStrictEqual(['add', ['A=b', 'C']])
    expect([words.on.has('wait'), words.on.has('json'), words.help]).toStrictEqual([true, false, false])
  })

  it('accepts values that begin with a dash, and only arguments after --', () => {
    const words = parsed(SUBMIT, 'a.wasm', '--input', '-5', '--', '--wait', '-x')
    expect(words.values('input')).toStrictEqual(['-5'])
    expect(words.args).toStrictEqual(['a.wasm', '--wait', '-x'])
    expect(words.on.has('wait')).toBe(false)
  })

  it('has short options, and settings as flags', () => {
    const words = parsed(STOP, '-w', 'id', '--mqtt-address', 'h:1', '--client-id=me')
    expect(words.on.has('wait')).toBe(true)
    expect(words.flags).toStrictEqual({ 'mqtt-address': 'h:1', 'client-id': 'me' })
  })

  it('takes the last of several values', () => {
    expect(parsed(SUBMIT, 'a', '--id', '1', '--id', '2').value('id')).toBe('2')
  })

  it.each([['--help'], ['-h'], ['a', 'b', 'c', '-h']])('asks for help: %j', (...argv) => {
    expect(parsed(INSPECT, ...argv).help).toBe(true)
  })
})

describe('a mistake in one', () => {
  it.each([
    [SUBMIT, ['a', '--wiat'], 'found "--wiat" (did you mean --wait?); expected an option that --help lists'],
    [SUBMIT, ['a', '-x'], 'found "-x"; expected an option that --help lists'],
    [SUBMIT, ['a', '--constructor'], 'found "--constructor"; expected an option that --help lists'],
    [SUBMIT, ['a', '--wait=yes'], '--wait: expected no value'],
    [SUBMIT, ['a', '--name'], '--name: expected a value'],
    [
      SUBMIT,
      ['a', '--name', '--wait'],
      '--name: found the option --wait; expected a value (or --name=--wait)',
    ],
    [SUBMIT, [], 'submit: found no argument; expected FILE|IMAGE [INPUT…]'],
    [SUBMIT, [''], 'submit: found an empty FILE|IMAGE; expected a value'],
    [STOP, ['a', 'b'], 'stop: found 2 arguments; expected ID'],
    [INSPECT, ['a', 'b'], 'inspect: found 2 arguments; expected FILE'],
    [WATCH, ['s3cret'], 'found an argument that belongs to no option; expected only options (see --help)'],
    // settings of the daemon only
    [WATCH, ['--max-tasks', '1'], 'found "--max-tasks"; expected an option that --help lists'],
  ])('%#: %j', (spec, argv, problem) => {
    expect(problems(spec, ...argv).join('; ')).toContain(problem)
  })

  it('is reported all at once, without secrets', () => {
    const found = problems(SUBMIT, '--client-key=s3cret', '--client-kye', 's3cret', '--name')
    expect(found).toHaveLength(3)
    expect(found[0]).toContain('expected it in PROPLET_CLIENT_KEY, or as client_key in the file')
    expect(found[1]).toContain('did you mean --client-key?')
    expect(found.join()).not.toContain('s3cret')
  })
})
