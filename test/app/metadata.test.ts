import { readFileSync } from 'node:fs'
import { hostname, totalmem } from 'node:os'
import { describe, expect, it } from 'vitest'
import { goArch, hostMetadata, isContainer } from '../../src/app/metadata.js'
import { IDENTITY, loaded, tree } from '../io/config/helpers.js'

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }

describe('hostMetadata', () => {
  it('describes the configuration and the host', async () => {
    const env = { ...IDENTITY, PROPLET_DESCRIPTION: 'd', PROPLET_TAGS: 'a, b', PROPLET_LOCATION: 'here' }
    const { ip, ...metadata } = await hostMetadata(loaded({ env }).config, 'v8', tree())
    expect(metadata).toStrictEqual({
      description: 'd',
      tags: ['a', 'b'],
      location: 'here',
      hostname: hostname(),
      environment: 'binary',
      os: process.platform,
      cpu_arch: goArch(),
      total_memory_bytes: totalmem(),
      proplet_version: version,
      wasm_runtime: 'v8',
    })
    expect(ip ?? '10.0.0.1').not.toMatch(/^127\.|^::1$|^fe80:/i)
  })

  it('leaves out unset values and secrets', async () => {
    const env = { ...IDENTITY, PROPLET_COLLECT_SYSTEM_INFO: 'false' }
    const metadata = await hostMetadata(loaded({ env }).config, 'v8', tree({ '.dockerenv': '' }))
    expect(Object.keys(metadata).sort()).toStrictEqual([
      'cpu_arch',
      'environment',
      'os',
      'proplet_version',
      'total_memory_bytes',
      'wasm_runtime',
    ])
    expect(metadata.environment).toBe('docker')
  })
})

it.each([
  [{ '.dockerenv': '' }, true],
  [{ 'run/.containerenv': '' }, true],
  [{ 'proc/self/cgroup': '4:memory:/docker/abc\n' }, true],
  [{ 'proc/self/cgroup': '0::/kubepods.slice/pod1\n' }, true],
  [{ 'proc/self/cgroup': '0::/system.slice/docker-0123456789abcdef.scope\n' }, true],
  [{ 'proc/self/cgroup': '0::/user.slice/session-1.scope\n' }, false],
  [{}, false],
])('a host with %j is a container: %s', async (files, expected) => {
  expect(await isContainer(tree(files))).toBe(expected)
})

it.each([
  ['x64', 'LE', 'amd64'],
  ['arm64', 'LE', 'arm64'],
  ['arm', 'LE', 'arm'],
  ['ia32', 'LE', '386'],
  ['ppc64', 'LE', 'ppc64le'],
  ['ppc64', 'BE', 'ppc64'],
  ['mipsel', 'LE', 'mipsle'],
  ['riscv64', 'LE', 'riscv64'],
] as const)('Go calls %s (%s) %s', (name, endian, expected) => {
  expect(goArch(name, endian)).toBe(expected)
})
