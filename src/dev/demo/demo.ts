import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { firstValueFrom } from 'rxjs'
import { columns } from '../../io/terminal/columns.js'
import { packageRoot } from '../../host/package-root.js'
import { startBroker } from '../broker.js'
import { DEMO_PREFIX, daemonEnv, startDaemon } from '../daemon.js'
import { connectManager, type InvokeMessage, type Manager, type StartMessage } from '../manager.js'
import { startRegistry } from '../registry.js'

type Example = {
  readonly what: string
  readonly command: StartMessage
  /** The expected answer. */
  readonly expected: { readonly results: string; readonly error: RegExp | undefined }
  /** Invokes the latent task that the command starts. */
  readonly invocation?: InvokeMessage
  /** Sends a stop once the task runs. */
  readonly stopped?: boolean
  /** Derives the answer from the results, such as a page from an address; the task is stopped afterwards. */
  readonly follow?: (results: string) => Promise<string>
}

const fixture = (name: string): Promise<Buffer> =>
  readFile(join(packageRoot, `test/fixtures/built/${name}.wasm`))

const IMAGE = 'registry.example/demo/args-env:v1'

const examples = async (): Promise<readonly Example[]> => {
  const inline = async (name: string) => (await fixture(name)).toString('base64')
  return [
    {
      what: 'add(10, 20), inline',
      command: { id: 'add', name: 'add', file: await inline('add'), inputs: [10, 20] },
      expected: { results: '30', error: undefined },
    },
    {
      what: 'a WASI program in chunks, arguments a b, GREETING=hello',
      command: {
        id: 'args-env',
        name: '_start',
        image_url: IMAGE,
        inputs: ['a', 'b'],
        env: { GREETING: 'hello' },
      },
      expected: {
        results: 'arg 0: _start\narg 1: a\narg 2: b\nenv: GREETING=hello\nenv: PROPLET_ID=demo-proplet\n',
        error: undefined,
      },
    },
    {
      what: 'a component, the WASI 0.2 command hello',
      command: { id: 'hello', name: '_start', file: await inline('components/hello') },
      expected: { results: 'hello from a component\n', error: undefined },
    },
    {
      what: 'a typed export of a component, its argument in WAVE',
      command: {
        id: 'echo-pair',
        name: 'echo-pair',
        file: await inline('components/typed'),
        inputs: ['{right: some(18446744073709551615), left: "both"}'],
      },
      expected: { results: '{left: "both", right: some(18446744073709551615)}', error: undefined },
    },
    {
      what: 'a component that serves HTTP, a page fetched from it',
      command: { id: 'web', name: 'serve', file: await inline('components/http-server') },
      expected: { results: '<h1>Hello from a component</h1>', error: undefined },
      follow: fetchPage,
    },
    {
      what: 'a latent task, invoked with 20 and 22',
      command: { id: 'latent', name: 'add', file: await inline('add'), latent: true },
      invocation: { id: 'latent', invocation_id: 'first', inputs: [20, 22] },
      expected: { results: '42', error: undefined },
    },
    {
      what: 'an endless loop, stopped',
      command: { id: 'loop', name: 'spin', file: await inline('hostile') },
      expected: { results: '', error: /^task stopped$/ },
      stopped: true,
    },
    {
      what: 'a failing task: a trap',
      command: { id: 'trap', name: 'trap', file: await inline('hostile') },
      expected: { results: '', error: /unreachable/ },
    },
  ]
}

const fetchPage = async (results: string): Promise<string> => {
  const port = /^started at port (\d+)$/.exec(results)?.[1]
  const response = await fetch(`http://127.0.0.1:${port ?? ''}/`)
  return /<h1>.*<\/h1>/.exec(await response.text())?.[0] ?? `status ${response.status}`
}

type Row = { readonly what: string; readonly answer: string; readonly ms: number; readonly right: boolean }

const shown = (text: string): string => JSON.stringify(text).slice(1, -1)

const isRight = (results: string, error: string | undefined, { expected }: Example): boolean =>
  results === expected.results && (expected.error?.test(error ?? '') ?? error === undefined)

const runExample = async (manager: Manager, example: Example): Promise<Row> => {
  const { id } = example.command
  const { invocation } = example
  const startedAt = performance.now()
  const started = manager.start(example.command)
  const answer = invocation === undefined ? manager.result(id) : manager.invoke(invocation)
  if (example.stopped === true) await manager.stop(id)
  const [{ results, error, receivedAt }] = await Promise.all([answer, started])
  const followed = (await example.follow?.(String(results))) ?? String(results)
  if (example.follow !== undefined) await manager.stop(id)
  return {
    what: example.what,
    answer: shown(error === undefined ? followed : `error: ${error}`),
    ms: receivedAt - startedAt,
    right: isRight(followed, error, example),
  }
}

const table = (rows: readonly Row[]): string =>
  columns([
    ['task', 'result', 'start to result', ''],
    ...rows.map(({ what, answer, ms, right }) => [
      what,
      answer,
      `${ms.toFixed(1)} ms`,
      right ? 'ok' : 'WRONG',
    ]),
  ])

const demo = async (): Promise<boolean> => {
  const cache = await mkdtemp(join(tmpdir(), 'proplet-demo-'))
  const broker = await startBroker()
  const peer = { port: broker.port, prefix: DEMO_PREFIX }
  const registry = await startRegistry({
    ...peer,
    images: new Map([[IMAGE, await fixture('args-env')]]),
    chunkSize: 16_384,
  })
  const manager = await connectManager(peer)
  const alive = firstValueFrom(manager.heartbeats$)
  const daemon = startDaemon({
    ...daemonEnv(broker.port, 'demo-proplet'),
    PROPLET_CACHE_DIR: cache,
    PROPLET_STATE_DIR: join(cache, 'state'),
    PROPLET_HTTP_ENABLED: 'true',
  })
  try {
    await alive
    console.log(
      `An MQTT broker on port ${broker.port}, a registry, a manager, and a proplet (pid ${daemon.process.pid ?? 0}).\n`,
    )
    const rows: Row[] = []
    for (const example of await examples()) rows.push(await runExample(manager, example))
    console.log(table(rows))
    console.log(
      'Results are held until 150 ms after their start (PROPLET_RESULT_HOLD_MS), for the sake of the Manager.',
    )
    const code = await daemon.stop()
    if (code !== 0) console.error(`the proplet ended with ${code ?? 'a signal'}`)
    return code === 0 && rows.every(({ right }) => right)
  } finally {
    daemon.process.kill('SIGKILL')
    await manager.close()
    await registry.close()
    await broker.close()
    await rm(cache, { recursive: true, force: true })
  }
}

process.exitCode = (await demo()) ? 0 : 1
