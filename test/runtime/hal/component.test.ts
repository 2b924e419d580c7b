import { expect, it } from 'vitest'
import type { HalOptions } from '../../../src/runtime/hal/daemon/options.js'
import { runtimeOfTest } from '../embedded/harness.js'
import { callerOf, runtimeWithHal } from './harness.js'

const caller = async (hal?: Partial<HalOptions> | null) =>
  callerOf(await (hal === null ? runtimeOfTest() : runtimeWithHal(hal)), 'components/hal')

it('issue 16, 1: every function of every interface answers a component', async () => {
  const call = await caller()
  const key = `[${Array.from({ length: 32 }, (_, at) => at).join(', ')}]`
  const address = '{ip: "127.0.0.1", port: 9}'
  const error = (text: string) => `err("${text.replaceAll("'", String.raw`\'`)}")`
  const expected: readonly (readonly [name: string, inputs: readonly string[], result: string | RegExp])[] = [
    ['get-platform-info', [], '{platform-type: "None", version: "0.0.0"}'],
    [
      'list-capabilities',
      [],
      /^\[\{feature-name: "random", supported: true, version: "1.0"\}(, \{[^}]*\}){4}\]$/,
    ],
    ['has-capability', ['"attestation"'], 'false'],
    ['attestation', ['[1]'], error('no TEE platform available for attestation')],
    ['hash', ['[104, 101, 108, 108, 111]', 'blake3'], /^ok\(\[234, 143, 22, 61, /],
    ['hash', ['[104, 101, 108, 108, 111]', 'sha256'], /^ok\(\[44, 242, 77, 186, /],
    ['encrypt', ['[1]', key, 'aes256-gcm'], /^ok\(\[(\d+, ){28}\d+\]\)$/],
    [
      'encrypt',
      ['[1]', '[1]', 'chacha20-poly1305'],
      error('Cryptographic operation failed: Invalid ChaCha20 key'),
    ],
    [
      'decrypt',
      ['[1]', key, 'aes256-gcm'],
      error('Cryptographic operation failed: Invalid ciphertext length'),
    ],
    ['generate-keypair', [], /^ok\(\{public-key: \[/],
    ['sign', ['[]', key], /^ok\(\[(\d+, ){63}\d+\]\)$/],
    ['verify', ['[]', '[]', '[]'], 'ok(false)'],
    ['create-context', [], 'ok(1)'],
    ['destroy-context', ['1'], error('unknown crypto context handle')],
    ['get-system-time', [], /^ok\(\{seconds: \d{10}, nanoseconds: \d+\}\)$/],
    ['get-monotonic-time', [], /^ok\(\{elapsed-seconds: \d+, elapsed-nanoseconds: \d+\}\)$/],
    ['resolution', [], 'ok(1)'],
    ['sleep', ['1000'], 'ok'],
    ['get-random-bytes', ['2'], /^ok\(\[\d+, \d+\]\)$/],
    ['get-secure-random', ['1048577'], error('Invalid parameter: Requested random data too large (max 1MB)')],
    ['get-entropy-info', [], 'ok({source: platform, quality: 256, available-bytes: 18446744073709551615})'],
    ['reseed', ['[1]'], 'ok'],
    ['create-socket', ['tcp'], 'ok(4611686018427387904)'],
    ['bind', ['1', address], error('unknown socket handle')],
    ['listen', ['1', '1'], error('unknown socket handle')],
    ['connect', ['1', address], error('unknown socket handle')],
    ['accept', ['1'], error('unknown socket handle')],
    ['send', ['1', '[]'], error('unknown socket handle')],
    ['receive', ['1', '1'], error('unknown socket handle')],
    ['close', ['1'], error('unknown socket handle')],
    ['list-adapters', [], 'ok([])'],
    ['get-adapter-info', ['1'], /^err\("Operation not supported: /],
    ['create-device', ['1'], /^err\("Operation not supported: /],
    ['create-buffer', ['1', '{size: 1, usage: storage}'], /^err\("Operation not supported: /],
    ['write-buffer', ['1', '0', '[]'], /^err\("Operation not supported: /],
    ['read-buffer', ['1', '0', '1'], /^err\("Operation not supported: /],
    ['create-compute-pipeline', ['1', '[]'], /^err\("Operation not supported: /],
    ['dispatch', ['1', '1', '1', '1', '1'], /^err\("Operation not supported: /],
    [
      'allocate',
      ['{resource-type: memory, amount: 65, priority: 0}'],
      error('Resource allocation failed: Insufficient Memory resources available'),
    ],
    [
      'allocate',
      ['{resource-type: memory, amount: 64, priority: 0}'],
      'ok({allocation-id: "Memory_task_64_1", granted-amount: 64})',
    ],
    ['deallocate', ['"x"'], error("Resource not found: Allocation 'x' not found")],
    ['query-available', ['storage'], 'ok(1)'],
    ['subscribe', ['storage'], 'ok(1)'],
    ['unsubscribe', ['1'], error('Resource not found: Event handler not found')],
    ['poll-events', ['1'], error('Resource not found: Event handler not found')],
    ['send-message', ['"nobody"', '[1]', 'false'], error("Resource not found: Workload 'nobody' not found")],
    ['send-message', ['"task"', '[1]', 'true'], 'ok(1)'],
    ['receive-message', [], 'ok(none)'],
    ['list-workloads', [], 'ok(["task"])'],
    ['create-container', ['"../../a"'], 'ok(1)'],
    ['open-container', ['"../../a"'], 'ok(1)'],
    ['delete-container', ['1'], error('Resource not found: Container not found')],
    ['store-object', ['1', '"k"', '[1]'], error('Resource not found: Container not found')],
    ['retrieve-object', ['1', '"k"'], error('Resource not found: Container not found')],
    ['delete-object', ['1', '"k"'], error('Resource not found: Container not found')],
    ['list-objects', ['1'], error('Resource not found: Container not found')],
    ['get-metadata', ['1', '"k"'], error('Resource not found: Container not found')],
  ]
  for (const [name, inputs, result] of expected) {
    const found = await call(name, inputs)
    if (typeof result === 'string') expect(found, name).toBe(result)
    else expect(found, name).toMatch(result)
  }
})

it('issue 16, 3: a storage path outside the directory is refused', async () => {
  const call = await caller()
  for (const halStoragePath of ['/etc', '../x', 'tasks/t-other', '.'])
    expect(await call('create-container', ['"a"'], { halStoragePath })).toMatchObject({
      code: 'call',
      error: expect.stringContaining('PROPLET_HAL_STORAGE_DIR') as string,
    })
  expect(await call('create-container', ['"a"'], { halStoragePath: 'mine/a' })).toBe('ok(1)')
})

it('issue 16, 7: importing it while it is off is refused, naming the import and the setting', async () => {
  const call = await caller(null)
  expect(await call('get-platform-info')).toMatchObject({
    code: 'unsupported',
    error: expect.stringMatching(/elastic:hal\/\S+@0\.1\.0.*PROPLET_HAL_ENABLED/) as string,
  })
})
