import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { createLogger } from '../../../src/io/log/log.js'
import { createTaskLog } from '../../../src/io/log/task-log.js'
import type { InvocationEvent, TaskEvent } from '../../../src/model/task-event.js'
import { bytes, completed, endOf, failed, invoke, ofInvocation, start, stopped } from '../../support/model.js'

const setUp = async (level: 'debug' | 'info' = 'debug') => {
  const destination = new PassThrough()
  const chunks: Buffer[] = []
  destination.on('data', (chunk: Buffer) => chunks.push(chunk))
  const { log } = await createLogger({ level, destination })
  let now = 0
  const due: (() => void)[] = []
  const write = createTaskLog(
    log,
    () => now,
    (callback) => due.push(callback),
  )
  const lines = () =>
    Buffer.concat(chunks)
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  return { write, lines, wait: (ms: number) => (now += ms), second: () => due.shift()?.() }
}

const accepted = (id: string): TaskEvent => ({ type: 'accepted', id, start: start(id) })

const output = (id: string, stream: 'stdout' | 'stderr', text: string): TaskEvent => ({
  type: 'output',
  id,
  stream,
  data: bytes(text),
})

it('logs each task through its own logger', async () => {
  const { write, lines } = await setUp()
  for (const event of [
    accepted('a'),
    accepted('b'),
    endOf('a', completed('30')),
    endOf('b', failed('trap', 'trap: unreachable')),
    endOf('c', stopped()),
  ])
    write(event)
  expect(lines().map(({ task, level, msg, code }) => [task, level, msg, code])).toStrictEqual([
    ['a', 'info', 'Task accepted', undefined],
    ['b', 'info', 'Task accepted', undefined],
    ['a', 'info', 'Task completed', undefined],
    ['b', 'warn', 'Task failed', 'trap'],
    ['c', 'info', 'Task stopped', undefined],
  ])
})

it('logs the output of a guest line by line, and never a result', async () => {
  const { write, lines } = await setUp()
  write(accepted('a'))
  write(output('a', 'stderr', 'one\ntw'))
  write(output('a', 'stderr', 'o\nthree'))
  write(endOf('a', completed('the result')))
  expect(lines().flatMap(({ stream, msg }) => (stream === 'stderr' ? [msg] : []))).toStrictEqual([
    'one',
    'two',
    'three',
  ])
  expect(JSON.stringify(lines())).not.toContain('the result')
})

it('omits the lines of a guest that writes too many, and counts them', async () => {
  const { write, lines, wait } = await setUp('info')
  write(accepted('a'))
  write(output('a', 'stderr', 'x\n'.repeat(250)))
  wait(1000)
  write(output('a', 'stderr', 'y\n'))
  const told = lines()
  expect(told.filter(({ msg }) => msg === 'x')).toHaveLength(100)
  expect(told.filter(({ msg }) => msg === 'y')).toHaveLength(1)
  expect(told.find(({ left_out }) => left_out !== undefined)).toMatchObject({ left_out: 150, level: 'warn' })
})

it('does not count hidden output against the limit of shown lines', async () => {
  const { write, lines } = await setUp('info')
  write(accepted('a'))
  write(output('a', 'stdout', 'x\n'.repeat(250)))
  write(output('a', 'stderr', 'why\n'))
  expect(lines().map(({ msg }) => msg)).toStrictEqual(['Task accepted', 'why'])
})

it('logs a message that names no task', async () => {
  const { write, lines } = await setUp()
  write({ type: 'rejected', subtopic: 'control/manager/start', reason: 'expected valid JSON' })
  expect(lines()).toMatchObject([{ level: 'warn', reason: 'expected valid JSON' }])
})

it('logs latent tasks, and each invocation by its name, even several at once', async () => {
  const { write, lines } = await setUp()
  const of = (id: string | undefined) => {
    const command = invoke('a', id)
    return (event: InvocationEvent | 'accepted') =>
      write({
        type: 'invocation',
        id: 'a',
        invocation: command.invocation,
        event: event === 'accepted' ? { type: 'accepted', invoke: command } : event,
      })
  }
  const [first, second, unnamed] = [of('i'), of(undefined), of(undefined)]
  const text = (data: string): InvocationEvent => ({ type: 'output', stream: 'stderr', data: bytes(data) })
  write(accepted('a'))
  write({ type: 'precompiled', id: 'a' })
  for (const tell of [first, second, unnamed]) tell('accepted')
  first(text('one'))
  second(text('two'))
  unnamed(text('three'))
  first({ type: 'duplicate' })
  for (const tell of [first, second]) tell(endOf('a', completed('30')))
  unnamed(endOf('a', failed('trap', 'trap: unreachable')))
  of('refused')(endOf('a', failed('rejected', 'command refused')))
  write({ type: 'replaced', id: 'a' })
  expect(lines().map(({ task, invocation, msg }) => [task, invocation, msg])).toStrictEqual([
    ['a', undefined, 'Task accepted'],
    ['a', undefined, 'Latent task precompiled'],
    ['a', 'i', 'Invocation accepted'],
    ['a', undefined, 'Invocation accepted'],
    ['a', undefined, 'Invocation accepted'],
    ['a', 'i', 'Duplicate invocation ignored'],
    ['a', 'i', 'one'],
    ['a', 'i', 'Invocation completed'],
    ['a', undefined, 'two'],
    ['a', undefined, 'Invocation completed'],
    ['a', undefined, 'three'],
    ['a', undefined, 'Invocation failed'],
    ['a', 'refused', 'Invocation failed'],
    ['a', undefined, 'Latent task replaced'],
  ])
})

it('logs the first task that finds no room, and then how many more did in each second (issue 14.2)', async () => {
  const { write, lines, second } = await setUp()
  const refuse = (id: string) => write(endOf(id, failed('overloaded', `no room for ${id}`)))
  refuse('a')
  refuse('b')
  write(ofInvocation('l', 'one', endOf('l', failed('overloaded', 'no room for l'))))
  write(endOf('other', failed('trap', 'trap: unreachable')))
  second()
  refuse('c')
  second()
  second()
  refuse('d')
  expect(lines().map(({ task, msg, refused, error }) => [task, msg, refused ?? 1, error])).toStrictEqual([
    ['a', 'Task failed', 1, 'no room for a'],
    ['other', 'Task failed', 1, 'trap: unreachable'],
    [undefined, 'More tasks refused', 2, 'no room for l'],
    [undefined, 'More tasks refused', 1, 'no room for c'],
    ['d', 'Task failed', 1, 'no room for d'],
  ])
})
