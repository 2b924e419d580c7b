import { readFileSync } from 'node:fs'
import { describe as group, expect, it } from 'vitest'
import { decodeComponent } from '@proplet/component/binary/decode.js'
import { describe } from '@proplet/component/describe/describe.js'
import { isServer, planComponent } from '../../../src/runtime/guest/call/component-plan.js'
import { fixturePath } from '../embedded/harness.js'

const descriptionOf = (name: string) =>
  describe(decodeComponent(readFileSync(fixturePath(`components/${name}`))))
const server = descriptionOf('http')
const command = descriptionOf('hello')
/** As those of componentize-py are. */
const both = { ...server, exports: new Map([...server.exports, ...command.exports]) }
const run = [...command.exports.keys()].find((name) => name.startsWith('wasi:cli/run@')) ?? ''

group('a component that serves HTTP and is a command', () => {
  it.each(['_start', 'run', 'any', 'wasi:http/incoming-handler#handle', 'wasi:cli/run#walk'])(
    'serves where the task has the name %s',
    (name) => {
      expect(isServer(both, name)).toBe(true)
    },
  )

  it.each([`${run}#run`, 'wasi:cli/run#run'])('runs the command of the name %s, with its inputs', (name) => {
    expect(isServer(both, name)).toBe(false)
    expect(planComponent({ description: both }, name, ['a', 'b'])).toMatchObject({
      kind: 'command',
      instance: run,
      export: 'run',
      args: [],
    })
  })

  it('serves for lack of that command', () => {
    expect(isServer(server, 'wasi:cli/run#run')).toBe(true)
    expect(isServer(command, '_start')).toBe(false)
  })
})
