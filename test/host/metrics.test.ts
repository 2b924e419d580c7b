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

it('measures the memory of the host from its file, which may be of an older kernel or missing', async () => {
  const used = async (meminfo: string) => {
    const { host_metrics: host } = await firstValueFrom(
      createHostMetrics(tree({ 'proc/meminfo': meminfo })).sample(),
    )
    return [host.memory_total_bytes, host.memory_used_bytes]
  }
  const whole = 'MemTotal:        1000 kB\nMemFree:          100 kB\nMemAvailable:     400 kB\n'
  expect(await used(whole)).toStrictEqual([1000 * 1024, 600 * 1024])
  for (const text of ['', 'MemTotal: 1000 kB\n', 'MemTotal: x kB\nMemAvailable: 1 kB\n']) {
    const [total = 0, part = 0] = await used(text)
    expect(total).toBeGreaterThan(totalmem() * 0.9)
    expect(part).toBeGreaterThan(0)
    expect(part).toBeLessThan(total)
  }
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
