import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runCli } from '../../src/cli/run.js'
import { HOST, IDENTITY, tree } from '../io/config/helpers.js'

const run = (argv: readonly string[], env: Readonly<Record<string, string>> = IDENTITY) => {
  const output = { stdout: '', stderr: '' }
  const result = runCli({
    argv,
    env,
    stdout: { write: (text) => (output.stdout += text) },
    stderr: { write: (text) => (output.stderr += text) },
    host: HOST,
  })
  return { result, ...output }
}

const exit = (code: number) => ({ kind: 'exit', code })

it('runs the daemon with the configuration that was loaded', () => {
  const { result, stdout, stderr } = run(['--mqtt-qos', '1', '--task-timeout=5s'])
  expect(result.kind).toBe('run')
  if (result.kind !== 'run') return
  expect(result.loaded.config.mqtt.qos).toBe(1)
  expect(result.loaded.config.limits.taskMs).toBe(5000)
  expect(stdout + stderr).toBe('')
})

describe('the command line', () => {
  it('leaves --help to the command of that name', () => {
    expect(run(['--help'], {})).toStrictEqual({
      result: { kind: 'command', word: 'help', argv: [] },
      stdout: '',
      stderr: '',
    })
    expect(run(['-h'], {}).result).toMatchObject({ word: 'help' })
  })

  it('passes words to commands, except options of the daemon', () => {
    expect(run(['submit', '--wait', 'x'], {}).result).toStrictEqual({
      kind: 'command',
      word: 'submit',
      argv: ['--wait', 'x'],
    })
    expect(run(['run', '--mqtt-qos=1']).result.kind).toBe('run')
    expect(run(['check-config']).stdout).toBe('configuration ok\n')
    expect(run(['print-config', '--warm', '1']).stdout).toMatch(/^warm +1 +flag --warm$/m)
    expect(run(['version']).stdout).toMatch(/^propeller-proplet /)
    expect(run(['run', '--help']).result).toStrictEqual({ kind: 'command', word: 'run', argv: ['--help'] })
  })

  it('--version names this release', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect(run(['--version'], {})).toStrictEqual({
      result: exit(0),
      stdout: `propeller-proplet ${version} (Node.js ${process.versions.node})\n`,
      stderr: '',
    })
  })

  it.each(['--client-key=s3cret', '--api-key=s3cret'])('accepts no secret: %s', (argument) => {
    const { result, stderr } = run([argument])
    expect(result).toStrictEqual(exit(64))
    expect(stderr).toContain('expected it in PROPLET_CLIENT_KEY, or as client_key in the file')
    expect(stderr).not.toContain('s3cret')
  })

  it('reports every mistake, and shows no argument', () => {
    const { result, stdout, stderr } = run([
      '--mqtt-adress=x',
      '--client-kye',
      's3cret',
      '--help=yes',
      '--constructor',
      '-x',
      '--mqtt-qos',
    ])
    expect(result).toStrictEqual(exit(64))
    expect(stdout).toBe('')
    expect(stderr.split('\n')).toStrictEqual([
      'error: found "--mqtt-adress" (did you mean --mqtt-address?); expected an option that --help lists',
      'error: found "--client-kye" (did you mean --client-key?); expected an option that --help lists',
      'error: found an argument that belongs to no option; expected only options (see --help)',
      'error: --help: expected no value',
      'error: found "--constructor"; expected an option that --help lists',
      'error: found "-x"; expected an option that --help lists',
      'error: --mqtt-qos: expected a value',
      '',
    ])
  })
})

describe('--print-config', () => {
  it('shows every value with its source, and secrets masked', () => {
    const file = `${tree({ 'c.toml': '[proplet]\ndescription = "some words"\n' })}/c.toml`
    const { result, stdout, stderr } = run(['--print-config', '--config', file, '--warm=0'], {
      ...IDENTITY,
      PROPLET_SURPRISE: '1',
    })
    expect(result).toStrictEqual(exit(0))
    const rows = stdout.split('\n').map((line) => line.split(/ {2,}/))
    expect(rows[0]).toStrictEqual(['KEY', 'VALUE', 'SOURCE'])
    expect(rows).toContainEqual(['client_key', '********', 'env PROPLET_CLIENT_KEY'])
    expect(rows).toContainEqual(['warm', '0', 'flag --warm'])
    expect(rows).toContainEqual(['mqtt_qos', '2', 'default'])
    expect(rows).toContainEqual(['kbs_uri', '-', 'default'])
    expect(stdout).not.toContain('hunter2')
    expect(rows).toContainEqual(['description', 'some words', `file description in ${file} [proplet]`])
    expect(stderr).toContain('warning: PROPLET_SURPRISE is not a setting: ignored\n')
  })

  it('exits 78 with the problems on stderr when it is wrong', () => {
    const { result, stdout, stderr } = run(['--print-config', '--mqtt-qos=9'])
    expect(result).toStrictEqual(exit(78))
    expect(stdout).toBe('')
    expect(stderr).toBe('error: --mqtt-qos: found "9"; expected 0, 1 or 2\n')
  })
})

it('--check-config reports whether the configuration is valid', () => {
  expect(run(['--check-config'])).toStrictEqual({ result: exit(0), stdout: 'configuration ok\n', stderr: '' })
  const bad = run(['--check-config'], { ...IDENTITY, PROPLET_WARM: 'x' })
  expect(bad).toStrictEqual({
    result: exit(78),
    stdout: '',
    stderr: 'error: PROPLET_WARM: found "x"; expected a whole number from 0 to 256\n',
  })
})

it('does not start with a wrong configuration', () => {
  const { result, stderr } = run([], { PROPLET_SURPRISE: '1' })
  expect(result).toStrictEqual(exit(78))
  expect(stderr.match(/^warning: /gm)).toHaveLength(1)
  expect(stderr.match(/^error: PROPLET_\w+ is required and not set/gm)).toHaveLength(4)
})
