import { map } from 'rxjs'
import { it } from 'vitest'
import type { ChannelMessage } from '../../../src/cli/client/channel-message.js'
import { watchJson, watchLines } from '../../../src/cli/watch/lines.js'
import { marbles } from '../../support/marbles.js'

const beat = (offline: boolean): ChannelMessage => ({ type: 'alive', propletId: 'p', offline, software: '' })
const chunk = (index: number): ChannelMessage => ({ type: 'chunk', image: 'i', index, total: 8, bytes: 500 })
const MESSAGES: Readonly<Record<string, ChannelMessage>> = {
  a: beat(false),
  o: beat(true),
  s: {
    type: 'start',
    taskId: 't\n2026 task x completed',
    propletId: '',
    name: 'f',
    image: 'i',
    latent: false,
  },
  m: { type: 'metrics', propletId: 'p', cpuPercent: 1, memoryBytes: 1 },
  u: { type: 'task_metrics', taskId: 't', propletId: 'p', cpuPercent: 97.6, memoryBytes: undefined },
  r: { type: 'result', taskId: 't', propletId: 'p', results: '30\n', error: undefined },
  f: { type: 'result', taskId: 't', propletId: 'p', results: '', error: 'trap\x1b[0m' },
  0: chunk(0),
  1: chunk(1),
}
const withoutTime = (line: string): string => line.replace(/^1970-01-01T00:00:00\.\d{3}Z /, '').trimEnd()

it(
  'prints one line per event, and heartbeats only when they are news',
  marbles((m) => {
    const lines$ = watchLines(m.cold<ChannelMessage>('aaoasmurf0011|', MESSAGES), m.scheduler).pipe(
      map(withoutTime),
    )
    m.expect(lines$).toBeObservable('1-234-5678-9-|', {
      1: 'proplet p alive',
      2: 'proplet p offline',
      3: 'proplet p alive',
      4: 'task t\\n2026 task x completed start f of i on every proplet',
      5: 'task t running on p, 98 % cpu',
      6: 'task t completed on p: 30\\n',
      7: 'task t failed on p: trap\\u001b[0m',
      8: 'fetch i 1 of 8 chunks, 500 bytes',
      9: 'fetch i 2 of 8 chunks, 1.0 kB',
    })
  }),
)

it(
  'JSON for each message, with its time',
  marbles((m) => {
    m.expect(watchJson(m.cold<ChannelMessage>('-m#', MESSAGES), m.scheduler)).toBeObservable('-1#', {
      1: '{"at":"1970-01-01T00:00:00.001Z","type":"metrics","propletId":"p","cpuPercent":1,"memoryBytes":1}\n',
    })
  }),
)
