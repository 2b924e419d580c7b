import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { firstValueFrom } from 'rxjs'
import { builtEntry, packageRoot } from '../../host/package-root.js'
import { startBroker } from '../broker.js'
import { DEMO_PREFIX, daemonEnv, startDaemon } from '../daemon.js'
import { startDockerRegistry } from '../docker-registry.js'
import { startKbs } from '../kbs.js'
import { connectManager } from '../manager.js'
import { pushLayout } from '../push-layout.js'

const KEY_PATH = 'default/key/demo'
const BINARY = join(packageRoot, 'test/fixtures/built/add.wasm')

const say = (text: string) => console.log(text)

/** An encrypted task from beginning to end: key, image, attestation, result; then a policy that refuses. */
const demo = async (): Promise<boolean> => {
  const directory = await mkdtemp(join(tmpdir(), 'proplet-demo-tee-'))
  const kek = randomBytes(32)
  let allowed = true
  const kbs = await startKbs({
    resources: new Map([[KEY_PATH, kek]]),
    policy: () => allowed,
    onRequest: ({ step, status, detail }) => say(`   KBS    ${step} → ${status}  ${detail}`),
  })
  const broker = await startBroker()
  const registry = await startDockerRegistry(directory)
  const manager = await connectManager({ port: broker.port, prefix: DEMO_PREFIX })
  const alive = firstValueFrom(manager.heartbeats$)
  const daemon = startDaemon({
    ...daemonEnv(broker.port, 'demo-proplet'),
    PROPLET_CACHE_DIR: join(directory, 'cache'),
    PROPLET_STATE_DIR: join(directory, 'state'),
    PROPLET_LAYER_STORE_PATH: join(directory, 'layers'),
    PROPLET_FETCH_PRIVATE: '127.0.0.0/8',
    PROPLET_TEE: 'sample',
    PROPLET_KBS_URI: kbs.url,
  })
  try {
    await alive
    say(
      `A broker, a registry at ${registry.host}, a Key Broker Service at ${kbs.url}, a proplet with PROPLET_TEE=sample.\n`,
    )
    const keyFile = join(directory, 'key.bin')
    await writeFile(keyFile, kek, { mode: 0o600 })
    const layout = join(directory, 'image')
    const kid = `kbs:///${KEY_PATH}`
    say(`1. proplet encrypt add.wasm --kbs-resource ${kid} --key key.bin -o oci:image:v1`)
    const words = ['encrypt', BINARY, '--kbs-resource', kid, '--key', keyFile, '-o', `oci:${layout}:v1`]
    await promisify(execFile)(process.execPath, [builtEntry('daemon'), ...words])
    say(`2. the image is pushed to ${registry.host}/demo:v1`)
    await pushLayout(layout, registry.host, 'demo', 'v1')

    const task = { name: 'add', image_url: `${registry.host}/demo:v1`, encrypted: true, inputs: [20, 22] }
    say('3. a task with encrypted: true is started')
    const first = await manager.run({ id: 'released', ...task })
    say(
      `   result ${JSON.stringify(first.results)}${first.error === undefined ? '' : `, error ${first.error}`}\n`,
    )

    allowed = false
    say('4. the policy of the service changes: it no longer releases the key')
    const second = await manager.run({ id: 'refused', ...task })
    say(`   error  ${second.error ?? 'none'}\n`)
    say('Test evidence proves nothing. With a real TEE, only its guest could have got the key.')
    const code = await daemon.stop()
    return code === 0 && first.results === '42' && /resource policy/.test(second.error ?? '')
  } finally {
    daemon.process.kill('SIGKILL')
    await manager.close()
    await registry.close()
    await broker.close()
    await kbs.close()
    await rm(directory, { recursive: true, force: true })
  }
}

process.exitCode = (await demo()) ? 0 : 1
