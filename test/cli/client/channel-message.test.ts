import { describe, expect, it } from 'vitest'
import { parseChannelMessage } from '../../../src/cli/client/channel-message.js'

const hear = (subtopic: string, body: unknown) =>
  parseChannelMessage({
    subtopic,
    payload: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  })

describe('messages of proplets', () => {
  it.each([
    [
      'control/proplet/alive',
      { proplet_id: 'p', status: 'alive', namespace: 'default' },
      { type: 'alive', propletId: 'p', offline: false, software: '' },
    ],
    [
      'control/proplet/alive',
      { proplet_id: 'p', status: 'offline', metadata: { wasm_runtime: 'r', proplet_version: '1' } },
      { type: 'alive', propletId: 'p', offline: true, software: 'r 1' },
    ],
    ['control/proplet/create', { proplet_id: 'p' }, { type: 'created', propletId: 'p', software: '' }],
    [
      'control/proplet/metrics',
      { proplet_id: 'p', cpu_metrics: { percent: 3 }, memory_metrics: { rss_bytes: 9 } },
      { type: 'metrics', propletId: 'p', cpuPercent: 3, memoryBytes: 9 },
    ],
    [
      'control/proplet/task_metrics',
      { proplet_id: 'p', task_id: 't', metrics: { cpu_percent: -1, memory_bytes: 'x' } },
      { type: 'task_metrics', taskId: 't', propletId: 'p', cpuPercent: undefined, memoryBytes: undefined },
    ],
    [
      'control/proplet/results',
      { task_id: 't', proplet_id: 'p', results: '30', error: null },
      { type: 'result', taskId: 't', propletId: 'p', results: '30', error: undefined },
    ],
    [
      'control/proplet/invoke_results',
      { task_id: 't', invocation_id: 'i', results: { a: 1 }, error: 'why' },
      {
        type: 'invoke_result',
        taskId: 't',
        invocationId: 'i',
        propletId: '',
        results: { a: 1 },
        error: 'why',
      },
    ],
    ['registry/proplet', { app_name: 'i' }, { type: 'asked', image: 'i' }],
    [
      'registry/server',
      { app_name: 'i', chunk_idx: 1, total_chunks: 2, data: 'AAAA' },
      { type: 'chunk', image: 'i', index: 1, total: 2, bytes: 3 },
    ],
    [
      'control/manager/start',
      { id: 't', name: 'f', file: 'AGFz', image_url: 'i', proplet_id: null, latent: true },
      { type: 'start', taskId: 't', propletId: '', name: 'f', image: '', latent: true },
    ],
    ['control/manager/stop', { id: 't', proplet_id: 'p' }, { type: 'stop', taskId: 't', propletId: 'p' }],
    [
      'control/manager/invoke',
      { id: 't', proplet_id: 'p', broadcast: true },
      { type: 'invoke', taskId: 't', propletId: '' },
    ],
  ])('%s %j', (subtopic, body, expected) => {
    expect(hear(subtopic, body)).toStrictEqual(expected)
  })
})

it.each([
  ['control/proplet/alive', {}],
  ['control/proplet/alive', { proplet_id: 7 }],
  ['control/proplet/alive', '[]'],
  ['control/proplet/alive', 'null'],
  ['control/proplet/alive', '{"proplet_id":'],
  ['control/proplet/alive', '\x00\xff'],
  ['control/proplet/results', { results: 'x' }],
  ['control/proplet/results', `{"task_id":"t","results":${'['.repeat(100_000)}`],
  ['registry/server', { app_name: 'i', chunk_idx: 2, total_chunks: 2, data: '' }],
  ['registry/server', { app_name: 'i', chunk_idx: -1, total_chunks: 2, data: '' }],
  ['registry/server', { app_name: 'i', chunk_idx: 0, total_chunks: 1e9, data: '' }],
  ['registry/server', { app_name: 'i', chunk_idx: 0.5, total_chunks: 1, data: '' }],
  ['registry/server', { app_name: 'i', chunk_idx: 0, total_chunks: 1 }],
  ['telemetry/tasks', { proplet_id: 'p' }],
])('ignores %s %j', (subtopic, body) => {
  expect(hear(subtopic, body)).toBeUndefined()
})
