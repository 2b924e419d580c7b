import { describe, expect, it } from 'vitest'
import { containerMemory } from '../../src/host/cgroup.js'
import { tree } from '../io/config/helpers.js'

describe('containerMemory', () => {
  it('reads version 2 of its own group', async () => {
    const root = tree({
      'proc/self/cgroup': '0::/system.slice/proplet.service\n',
      'sys/fs/cgroup/system.slice/proplet.service/memory.current': '1000\n',
      'sys/fs/cgroup/system.slice/proplet.service/memory.max': '5000\n',
      'sys/fs/cgroup/memory.current': '9\n',
    })
    expect(await containerMemory(root)).toStrictEqual({
      container_usage_bytes: 1000,
      container_limit_bytes: 5000,
    })
  })

  it.each([
    ['of a parent, where its own group has none', 'max', '3000', 3000],
    ['of a parent, where it is lower than its own', '5000', '3000', 3000],
    ['of its own group, where it is lower', '2000', '3000', 2000],
  ])('reports the limit %s (issue 14.8)', async (_, own, parent, expected) => {
    const root = tree({
      'proc/self/cgroup': '0::/edge.slice/proplet.service\n',
      'sys/fs/cgroup/edge.slice/proplet.service/memory.current': '1000\n',
      'sys/fs/cgroup/edge.slice/proplet.service/memory.max': `${own}\n`,
      'sys/fs/cgroup/edge.slice/memory.max': `${parent}\n`,
      'sys/fs/cgroup/edge.slice/memory.current': '2500\n',
    })
    expect(await containerMemory(root)).toStrictEqual({
      container_usage_bytes: 1000,
      container_limit_bytes: expected,
    })
  })

  it('omits the limit of version 2 if there is none', async () => {
    const root = tree({
      'proc/self/cgroup': '0::/\n',
      'sys/fs/cgroup/memory.current': '1000\n',
      'sys/fs/cgroup/memory.max': 'max\n',
    })
    expect(await containerMemory(root)).toStrictEqual({ container_usage_bytes: 1000 })
  })

  it.each(['0::/kubepods/pod1/c1\n', '0::/../outside\n', ''])(
    'falls back to the mount for %j',
    async (groups) => {
      const root = tree({
        'proc/self/cgroup': groups,
        'sys/fs/cgroup/memory.current': '1\n',
        'sys/fs/cgroup/memory.max': '2\n',
      })
      expect(await containerMemory(root)).toStrictEqual({
        container_usage_bytes: 1,
        container_limit_bytes: 2,
      })
    },
  )

  const V1 = '5:cpu,cpuacct:/x\n4:blkio,memory:/docker/a:b\n0::/\n'

  it('reads version 1 of its own group', async () => {
    const root = tree({
      'proc/self/cgroup': V1,
      'sys/fs/cgroup/memory/docker/a:b/memory.usage_in_bytes': '7\n',
      'sys/fs/cgroup/memory/docker/a:b/memory.limit_in_bytes': '8\n',
    })
    expect(await containerMemory(root)).toStrictEqual({ container_usage_bytes: 7, container_limit_bytes: 8 })
  })

  it('falls back to the mount of version 1, and recognises the number that means no limit', async () => {
    const root = tree({
      'proc/self/cgroup': V1,
      'sys/fs/cgroup/memory/memory.usage_in_bytes': '7\n',
      'sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    })
    expect(await containerMemory(root)).toStrictEqual({ container_usage_bytes: 7 })
  })

  it.each(['', 'x', '-1'])('returns nothing for a host without figures, or with %j', async (figure) => {
    expect(await containerMemory(tree({ 'sys/fs/cgroup/memory.current': figure }))).toStrictEqual({})
  })
})
