import { writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { join } from 'node:path'
import { firstValueFrom } from 'rxjs'
import { expect, it } from 'vitest'
import { cpuPercent, cpuTimes } from '../../src/host/cpu.js'
import { createHostMetrics } from '../../src/host/metrics.js'
import { tree } from '../io/config/helpers.js'

const work = (milliseconds: number) => {
  const end = process.cpuUsage().user + milliseconds * 1000
  while (process.cpuUsage().user < end);
}

it('measures this process since the previous sample', async () => {
  const metrics = createHostMetrics()
  const first = await firstValueFrom(metrics.sample())
  work(100)
  const second = await firstValueFrom(metrics.sample())
  const { user_seconds: user, percent } = second.cpu_metrics
  expect(user - first.cpu_metrics.user_seconds).toBeGreaterThan(0.09)
  expect(percent).toBeGreaterThan(10)
  expect(percent).toBeLessThan(1000)
  const { rss_bytes: rss, ...heap } = second.memory_metrics
  expect(rss).toBeGreaterThan(10 * 2 ** 20)
  expect(heap.heap_alloc_bytes).toBeLessThanOrEqual(heap.heap_sys_bytes)
  expect(heap.heap_inuse_bytes).toBeLessThanOrEqual(heap.heap_sys_bytes)
  expect(heap.heap_alloc_bytes).toBeGreaterThan(2 ** 20)
})

it('measures the host from its files', async () => {
  const root = tree({
    'proc/stat': 'cpu  100 0 100 800 0 0 0 0 50 0\ncpu0 1 1 1 1\n',
    'proc/self/cgroup': '0::/\n',
    'sys/fs/cgroup/memory.current': '123\n',
  })
  const metrics = createHostMetrics(root)
  await firstValueFrom(metrics.sample())
  writeFileSync(join(root, 'proc/stat'), 'cpu  130 0 120 840 10 0 0 0 70 0\n')
  const { host_metrics: host, memory_metrics: memory } = await firstValueFrom(metrics.sample())
  expect(host.cpu_percent).toBeCloseTo(50)
  expect(host.memory_total_bytes).toBeGreaterThan(totalmem() * 0.9)
  expect(host.memory_used_bytes).toBeGreaterThan(0)
  expect(host.memory_used_bytes).toBeLessThan(host.memory_total_bytes)
  expect(memory.container_usage_bytes).toBe(123)
})

it('takes a sample at each subscription, not before', async () => {
  const root = tree({ 'proc/stat': 'cpu  0 0 0 100 0 0 0 0\n' })
  const sample$ = createHostMetrics(root).sample()
  await firstValueFrom(sample$)
  writeFileSync(join(root, 'proc/stat'), 'cpu  100 0 0 100 0 0 0 0\n')
  expect((await firstValueFrom(sample$)).host_metrics.cpu_percent).toBe(100)
  expect((await firstValueFrom(sample$)).host_metrics.cpu_percent).toBe(0)
})

it('uses the times of Node.js if procfs is not readable', async () => {
  for (const files of [{}, { 'proc/stat': 'cpu  x\n' }]) {
    const { busy, total } = await cpuTimes(tree(files))
    expect(busy).toBeGreaterThan(0)
    expect(total).toBeGreaterThan(busy)
  }
})

it('never gives a percentage out of range', () => {
  expect(cpuPercent({ busy: 5, total: 10 }, { busy: 5, total: 10 })).toBe(0)
  expect(cpuPercent({ busy: 5, total: 10 }, { busy: 4, total: 20 })).toBe(0)
  expect(cpuPercent({ busy: 5, total: 10 }, { busy: 50, total: 20 })).toBe(100)
})
