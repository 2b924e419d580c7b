import { describe, expect, it } from 'vitest'
import type { ChannelMessage } from '../../../src/cli/client/channel-message.js'
import { styleFor } from '../../../src/cli/client/style.js'
import { WatchModel } from '../../../src/cli/watch/model.js'
import { render } from '../../../src/cli/watch/render.js'
import { fitted, widthOf } from '../../../src/cli/watch/width.js'

const plain = styleFor({ isTTY: false }, {})

const model = new WatchModel({ proplets: 100, tasks: 100, fetches: 100 })
const tell = (...messages: readonly ChannelMessage[]) => messages.forEach((message) => model.take(message, 0))
tell(
  { type: 'alive', propletId: 'edge-7', offline: false, software: 'v8-internal 0.1.0' },
  { type: 'metrics', propletId: 'edge-7', cpuPercent: 2.2, memoryBytes: 81_000_000 },
  { type: 'start', taskId: 'add', propletId: '', name: 'add', image: '', latent: false },
  { type: 'result', taskId: 'add', propletId: 'edge-7', results: '3\x1b[2J0\n', error: undefined },
  {
    type: 'start',
    taskId: '\x1b]0;evil\x07漢字'.repeat(9),
    propletId: '',
    name: '',
    image: '',
    latent: false,
  },
  { type: 'chunk', image: 'demo/app:v1', index: 0, total: 4, bytes: 512_000 },
)
for (let i = 0; i < 40; i += 1)
  tell({ type: 'task_metrics', taskId: `t${i}`, propletId: 'edge-7', cpuPercent: 1, memoryBytes: 1 })
const view = model.view(2600, { state: 'up', sessionPresent: false })

const at = (columns: number, rows: number) =>
  render(view, { title: 'm/d/c/c at tcp://h:1883', style: plain, size: { columns, rows } })

it('has a line for each proplet, task and fetch', () => {
  const text = at(160, 60).join('\n')
  expect(text).toMatch(/^m\/d\/c\/c at tcp:\/\/h:1883 {2}linked$/m)
  expect(text).toMatch(/^edge-7 +alive +2\.6 s ago +1 +2 % +81\.0 MB +40 +v8-internal 0\.1\.0$/m)
  expect(text).toMatch(/^add +edge-7 +add +completed +0\.0 s +- +- +- +3\\u001b\[2J0\\n$/m)
  expect(text).toMatch(/^demo\/app:v1 +\[#####\.{15}\] {2}1 of 4 chunks, 512\.0 kB$/m)
  expect(text).toMatch(/^t39 +edge-7 +- +running/m)
})

describe.each([
  [80, 24],
  [200, 50],
  [40, 10],
  [20, 5],
  [1, 1],
])('on a terminal of %i columns and %i rows', (columns, rows) => {
  const lines = at(columns, rows)

  it('fits', () => {
    expect(lines.length).toBeLessThanOrEqual(rows)
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns)
  })

  it('lets no control characters through to the terminal', () => {
    expect(lines.join('')).not.toMatch(/\p{Cc}/u)
  })
})

it('reports how many rows are hidden', () => {
  expect(at(80, 24).join('\n')).toMatch(/^… and \d+ more$/m)
})

it('says why it is not connected', () => {
  const lost = model.view(0, { state: 'down', reason: 'gone\n' })
  const [top] = render(lost, { title: 't', style: plain, size: { columns: 80, rows: 24 } })
  expect(top).toBe('t  not connected: gone\\n')
})

it.each([
  [{ isTTY: true }, {}, true],
  [{ isTTY: true }, { NO_COLOR: '' }, true],
  [{ isTTY: true }, { NO_COLOR: '1' }, false],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
  [{}, {}, false],
])('colours on %j with %j: %j', (stream, env, coloured) => {
  expect(styleFor(stream, env).red('x')).toBe(coloured ? '\x1b[31mx\x1b[0m' : 'x')
})

it.each([
  ['abc', 3, 'abc'],
  ['abcd', 3, 'ab…'],
  ['漢字', 4, '漢字'],
  ['漢字', 3, '漢…'],
  ['e\u0301e\u0301', 2, 'e\u0301e\u0301'],
  ['abc', 1, '…'],
  ['abc', 0, ''],
])('%j in %i cells is %j', (text, cells, expected) => {
  expect(fitted(text, cells)).toBe(expected)
})
