import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startKbs, type DevKbs } from '../../src/dev/kbs.js'
import { childrenOf, useDaemons, type Site } from '../support/daemon.js'
import { startDockerRegistry, type DockerRegistry } from '../support/docker-registry.js'
import { digestOf } from '../support/oci-push.js'
import { tarOf } from '../support/tar.js'
import { configWith, openPusher, sealedLayer, TAR_LAYER, WASM_LAYER } from '../support/tee/images.js'
import { fixture, type Wire } from '../support/wire.js'

const { site, directory } = useDaemons('all')

const KID = 'kbs:///default/key/wasm'
const KEK = randomBytes(32)
/** Encrypts the storage of guests. */
const STORAGE_KEY = randomBytes(32)
const OTHER = { kid: 'kbs:///default/key/denied', kek: randomBytes(32) }
const US = { kid: KID, kek: KEK }
const HELLO = 'arg 0: _start\nenv: GREETING=hello\nenv: PROPLET_ID=of-task\n'

/** Keys of the layers created here. */
const layerKeys: Buffer[] = []
const random = (bytes: number): Buffer => {
  const made = randomBytes(bytes)
  // The caller overwrites the original.
  if (bytes === 32) layerKeys.push(Buffer.from(made))
  return made
}

const hello = (id: string, image: string, more: object = {}) => ({
  id,
  name: '_start',
  image_url: image,
  encrypted: true,
  env: { GREETING: 'hello', PROPLET_ID: 'of-task' },
  ...more,
})

/** Every file below `path`, with its content. */
function* filesBelow(path: string): Generator<readonly [path: string, bytes: Buffer]> {
  for (const name of readdirSync(path)) {
    const inner = join(path, name)
    if (statSync(inner).isDirectory()) yield* filesBelow(inner)
    else yield [inner, readFileSync(inner)]
  }
}

/** The encodings that a secret could be stored in. */
const formsOf = (bytes: Buffer): readonly Buffer[] => [
  bytes,
  ...(['hex', 'base64', 'base64url'] as const).map((form) =>
    Buffer.from(bytes.toString(form).slice(0, Math.floor((bytes.length * 4) / 3))),
  ),
]

describe('a proplet that runs encrypted tasks', () => {
  let wire: Wire
  let proplet: Site['proplet']
  let registry: DockerRegistry
  let kbs: DevKbs
  let layers: string
  let shared: string
  const tokens: string[] = []
  const evidence: string[] = []
  const image = (name: string) => `${registry.host}/${name}:v1`

  beforeAll(async () => {
    ;[registry, kbs] = await Promise.all([
      startDockerRegistry(),
      startKbs({
        resources: new Map([
          ['default/key/wasm', KEK],
          ['default/key/denied', OTHER.kek],
          ['default/key/text', Buffer.from(`${KEK.toString('base64')}\n`)],
          ['default/key/short', Buffer.alloc(16)],
          ['default/key/storage', STORAGE_KEY],
          ['default/key/another', randomBytes(32)],
        ]),
        policy: (_, path) => path !== 'default/key/denied',
        verify: (_, given) => evidence.push(String(given['report_data'])) > 0,
        onToken: (token) => tokens.push(token),
      }),
    ])
    ;[layers, shared] = [directory(), directory()]
    ;({ wire, proplet } = await site('embedded', {
      PROPLET_TEE: 'sample',
      PROPLET_KBS_URI: kbs.url,
      PROPLET_FETCH_PRIVATE: '127.0.0.0/8',
      PROPLET_LAYER_STORE_PATH: layers,
      PROPLET_KBS_TIMEOUT: '5s',
      PROPLET_HTTP_ENABLED: 'true',
      PROPLET_DIRS: shared,
      PROPLET_HAL_STORAGE_KEY: 'kbs:///default/key/storage',
    }))
    const push = openPusher(registry.host)
    const binary = fixture('args-env')
    const tar = await tarOf({ 'module.wasm': binary, 'other.wasm': fixture('add') })
    const sealed = (plain: Uint8Array, type = WASM_LAYER, recipients = [US]) =>
      sealedLayer(plain, recipients, type, random)
    const wasm = await sealed(binary)
    await push.image('wasm', 'v1', [wasm])
    await push.image('tar', 'v1', [await sealed(tar, TAR_LAYER)], configWith([tar]))
    await push.image('gzip', 'v1', [await sealed(gzipSync(tar), `${TAR_LAYER}+gzip`)], configWith([tar]))
    await push.image('several', 'v1', [await sealed(binary, WASM_LAYER, [OTHER, US])])
    await push.image('text', 'v1', [
      await sealed(binary, WASM_LAYER, [{ kid: 'kbs:///default/key/text', kek: KEK }]),
    ])
    const above = await tarOf({ 'readme.txt': Buffer.from('nothing') })
    await push.image('layers', 'v1', [await sealed(tar, TAR_LAYER), await sealed(above, TAR_LAYER)])
    await push.image('add', 'v1', [await sealed(fixture('add'))])
    await push.image('ticker', 'v1', [await sealed(fixture('ticker'))])
    await push.image('hostile', 'v1', [await sealed(fixture('hostile'))])
    await push.image('flood', 'v1', [await sealed(fixture('flood'))])
    await push.image('await', 'v1', [await sealed(fixture('await-file'))])
    await push.image('scenes', 'v1', [await sealed(fixture('components/hal-scenes'))])
    await push.image('attest', 'v1', [await sealed(fixture('components/attestation-test'))])
    await push.image('web', 'v1', [await sealed(fixture('components/http-server'))])
    // Images that must not run.
    await push.image('plain', 'v1', [{ mediaType: WASM_LAYER, bytes: binary }])
    await push.image('denied', 'v1', [await sealed(binary, WASM_LAYER, [OTHER])])
    const forKid = (kid: string) => sealed(binary, WASM_LAYER, [{ kid, kek: KEK }])
    await push.image('missing', 'v1', [await forKid('kbs:///default/key/none')])
    await push.image('foreign', 'v1', [await forKid('kbs://evil.example:8080/default/key/wasm')])
    await push.image('wrong', 'v1', [await forKid('kbs:///default/key/another')])
    await push.image('short', 'v1', [await forKid('kbs:///default/key/short')])
    await push.image('bare', 'v1', [{ ...wasm, annotations: {} }])
    const damaged = Buffer.from(wasm.bytes)
    damaged[100] = (damaged[100] ?? 0) ^ 1
    await push.image('forged', 'v1', [{ ...wasm, bytes: damaged }])
    await push.image('diff', 'v1', [await sealed(tar, TAR_LAYER)], configWith([binary]))
    await push.image('none', 'v1', [await sealed(above, TAR_LAYER)])
    const two = await tarOf({ 'a.wasm': binary, 'b.wasm': binary })
    await push.image('two', 'v1', [await sealed(two, TAR_LAYER)])
    const packet = (change: object) => {
      const key = 'org.opencontainers.image.enc.keys.provider.attestation-agent'
      const given = JSON.parse(Buffer.from(wasm.annotations?.[key] ?? '', 'base64').toString()) as object
      const text = Buffer.from(JSON.stringify({ ...given, ...change })).toString('base64')
      return { ...wasm, annotations: { ...wasm.annotations, [key]: text } }
    }
    await push.image('type', 'v1', [packet({ wrap_type: 'A128GCM' })])
    await push.image('cloud', 'v1', [packet({ provider: 'aliyun' })])
    await push.image('packet', 'v1', [packet({ kid: 5 })])
  })
  afterAll(async () => {
    await registry.kill()
    await kbs.close()
  })

  it.each(['wasm', 'tar', 'gzip', 'several', 'text', 'layers'])('runs the image %s (17.4)', async (name) => {
    expect(await wire.run(hello(`run ${name}`, image(name)))).toMatchObject({ results: HELLO, error: null })
  })

  it('runs one whose key the task names, in any form (17.4)', async () => {
    for (const [index, path] of [KID, '/default/key/wasm', 'default/key/wasm'].entries())
      expect(
        await wire.run(hello(`named ${index}`, image('wasm'), { kbs_resource_path: path })),
      ).toMatchObject({ results: HELLO, error: null })
  })

  it.each([
    ['plain', /image .*plain:v1 is not encrypted/],
    ['denied', /resource policy.*does not release kbs:\/\/\/default\/key\/denied/],
    ['missing', /has no resource kbs:\/\/\/default\/key\/none/],
    ['foreign', /kbs:\/\/evil\.example:8080\/default\/key\/wasm of another service/],
    ['wrong', /does not open the image: it was encrypted with another key/],
    ['short', /has 16 bytes; expected 32/],
    ['bare', /holds no key packet/],
    ['forged', /HMAC .* does not match/],
    ['diff', /diff_id .* does not match/],
    ['none', /holds no \*\.wasm file/],
    ['two', /several binaries \(".*[ab]\.wasm", ".*[ab]\.wasm"\)/],
    ['type', /wrap_type "A128GCM"; expected A256GCM/],
    ['cloud', /key service "aliyun"; expected kbs/],
    ['packet', /a key packet of .* is malformed: kid/],
    ['nowhere', /nowhere.*404/],
  ])('refuses the image %s with a specific error (17.4)', async (name, text) => {
    const result = await wire.run(hello(`refuse ${name}`, image(name)))
    expect(result).toMatchObject({ error: expect.stringMatching(text) as string })
    expect(result['results'] ?? '').toBe('')
  })

  it('refuses a key that the task does not name, and shows both (17.4)', async () => {
    const result = await wire.run(hello('other key', image('wasm'), { kbs_resource_path: 'a/b/c' }))
    expect(result['error']).toMatch(/kbs:\/\/\/default\/key\/wasm.*kbs_resource_path kbs:\/\/\/a\/b\/c/)
  })

  it('invokes latent ones, stops daemons and serves HTTP (17.5)', async () => {
    await wire.start({ id: 'latent', name: 'add', image_url: image('add'), encrypted: true, latent: true })
    await wire.invoke({ id: 'latent', invocation_id: 'one', inputs: [20, 22] })
    expect(await wire.invoked('latent', 'one')).toMatchObject({ results: '42' })
    await wire.stop('latent')

    await wire.start({ id: 'web', name: 'serve', image_url: image('web'), encrypted: true })
    const [, port] = /port (\d+)/.exec(String((await wire.result('web'))['results'])) ?? []
    expect(await (await fetch(`http://127.0.0.1:${port ?? ''}/`)).text()).toContain('Hello from a component')
    await wire.stop('web')

    const ticker = { name: '_start', image_url: image('ticker'), encrypted: true, daemon: true }
    await wire.start({ id: 'ticker', ...ticker })
    expect(await wire.result('ticker')).toMatchObject({ error: null })
  })

  it('has directories, limits and metrics as other tasks have (17.5)', async () => {
    writeFileSync(join(shared, '7'), '')
    const waits = { name: 'wait', image_url: image('await'), encrypted: true, inputs: [7] }
    expect(await wire.run({ id: 'directory', ...waits })).toMatchObject({ results: '7', error: null })

    const floods = { name: '_start', image_url: image('flood'), encrypted: true }
    expect((await wire.run({ id: 'flood', ...floods }))['error']).toMatch(/output/)

    const monitoring_profile = { interval: 200_000_000 }
    const spins = { name: 'spin', image_url: image('hostile'), encrypted: true, monitoring_profile }
    await wire.start({ id: 'metrics', ...spins })
    await wire.until(() =>
      wire.on('control/proplet/task_metrics').some(({ body }) => body['task_id'] === 'metrics'),
    )
    await wire.stop('metrics')
    expect(await wire.result('metrics')).toMatchObject({ error: 'task stopped' })
  })

  it('ends at the limits of time and memory as other tasks do (17.5)', async () => {
    const limited = await site('embedded', {
      PROPLET_TEE: 'sample',
      PROPLET_KBS_URI: kbs.url,
      PROPLET_FETCH_PRIVATE: '127.0.0.0/8',
      PROPLET_TASK_TIMEOUT: '300ms',
      PROPLET_TASK_MEMORY_MAX: '16MiB',
    })
    const run = (id: string, name: string) =>
      limited.wire.run({ id, name, image_url: image('hostile'), encrypted: true })
    expect((await run('time', 'spin'))['error']).toMatch(/^time limit of 300ms exceeded/)
    expect((await run('memory', 'grow_memory'))['error']).toMatch(/^memory limit of 16 MiB reached/)
  })

  it('has the HAL: evidence, and storage under a key of the service (17.5, 16.3, 16.5)', async () => {
    const calls = (id: string, name: string, ...inputs: string[]) =>
      wire.run({ id, name, image_url: image('scenes'), encrypted: true, inputs })
    expect((await calls('keep', 'remember', '"box"', '"key"', '"kept plain text"'))['results']).toMatch(/^ok/)
    expect(await calls('keep', 'recall', '"box"', '"key"')).toMatchObject({
      results: 'ok("kept plain text")',
    })
    const objects = [...filesBelow(join(proplet.state, 'hal'))]
    expect(objects.length).toBe(2)
    for (const [, bytes] of objects) expect(bytes.includes('kept plain text')).toBe(false)
    const attests = { name: 'run-attestation', image_url: image('attest'), encrypted: true }
    expect((await wire.run({ id: 'attest', ...attests }))['results']).toMatch(
      /type=Sample .*attestation: ok \(evidence len=\d+\)/,
    )
  })

  it('uses an external runtime only if that is allowed, and leaves nothing behind (17.5)', async () => {
    const env = {
      PROPLET_TEE: 'sample',
      PROPLET_KBS_URI: kbs.url,
      PROPLET_FETCH_PRIVATE: '127.0.0.0/8',
      PROPLET_EXTERNAL_WASM_RUNTIME: fileURLToPath(new URL('../../dist/exec.js', import.meta.url)),
    }
    const refused = await site('embedded', { ...env, PROPLET_LAYER_STORE_PATH: directory() })
    expect((await refused.wire.run(hello('external', image('wasm'))))['error']).toMatch(
      /external runtime would get the decrypted binary .*PROPLET_ENCRYPTED_EXTERNAL=true allows that/,
    )
    const allowed = await site('embedded', {
      ...env,
      PROPLET_LAYER_STORE_PATH: directory(),
      PROPLET_ENCRYPTED_EXTERNAL: 'true',
    })
    expect(await allowed.wire.run(hello('external', image('wasm')))).toMatchObject({ error: null })
    const plain = fixture('args-env').subarray(1000, 1064)
    const { cache, state, temporary } = allowed.proplet
    for (const [path, bytes] of [cache, state, temporary].flatMap((below) => [...filesBelow(below)]))
      expect(bytes.includes(plain), path).toBe(false)
  })

  it('warns at the start and with each task that the evidence proves nothing (17.2)', () => {
    expect(proplet.log()).toContain('evidence is fabricated and proves nothing')
    expect(proplet.log()).toContain('TEE: sample (test evidence), by PROPLET_TEE')
    expect(proplet.lines().some(({ msg }) => msg.includes('released on test evidence'))).toBe(true)
  })

  it('leaves decrypted binaries, keys, token and evidence nowhere (17.5)', () => {
    const pid = proplet.process.pid ?? 0
    const binary = fixture('args-env')
    const secrets = new Map<string, readonly Buffer[]>([
      ...['args-env', 'add', 'ticker', 'components/http-server'].map(
        (name) => [`plain text of ${name}`, [fixture(name).subarray(-64)]] as const,
      ),
      [
        'plain text',
        [...Array(8).keys()].map((index) => binary.subarray(1000 + index * 500, 1064 + index * 500)),
      ],
      ['key of the service', formsOf(KEK)],
      ['key of the storage', formsOf(STORAGE_KEY)],
      ...layerKeys.map((key, index) => [`key of layer ${index}`, formsOf(key)] as const),
      ['token', tokens.map((token) => Buffer.from(token))],
      ['evidence', evidence.map((text) => Buffer.from(text))],
    ])
    const places: (readonly [string, Buffer])[] = [
      ...[proplet.cache, proplet.state, proplet.temporary, layers].flatMap((path) => [...filesBelow(path)]),
      ['log', Buffer.from(proplet.log())],
      ['standard error', Buffer.from(proplet.stderr())],
      ...[pid, ...childrenOf(pid)].flatMap((each) =>
        (['environ', 'cmdline'] as const).map(
          (file) => [`/proc/${each}/${file}`, readFileSync(`/proc/${each}/${file}`)] as const,
        ),
      ),
      ['messages', Buffer.from(JSON.stringify(wire.messages))],
    ]
    // One token per proplet: this one, the one with low limits, and the one with an external runtime.
    expect(tokens.length).toBe(3)
    expect(places.length).toBeGreaterThan(10)
    const found = places.flatMap(([place, bytes]) =>
      [...secrets]
        .filter(([, forms]) => forms.some((form) => bytes.includes(form)))
        .map(([what]) => `${what} in ${place}`),
    )
    expect(found).toStrictEqual([])
    // The search finds what does exist.
    const kept = [...filesBelow(layers)].map(([, bytes]) => digestOf(bytes))
    expect(kept.length).toBeGreaterThan(10)
    for (const each of [pid, ...childrenOf(pid)])
      expect(readFileSync(`/proc/${each}/limits`, 'utf8')).toMatch(/^Max core file size\s+1\s+1\s/m)
  })

  it('ends running tasks', async () => {
    await wire.stop('ticker')
  })
})

describe('encrypted tasks on a machine that cannot run them', () => {
  it('are refused without a TEE, with a result that says why (17.1)', async () => {
    const { wire } = await site('embedded', { PROPLET_TEE: 'none' })
    const result = await wire.run(hello('no tee', 'localhost/x:v1'))
    expect(result['error']).toMatch(/TEE runtime not available: this machine is not inside a TEE/)
  })
})
