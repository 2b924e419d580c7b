import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from './free-port.js'

export type OtherBroker = {
  readonly port: number
  readonly kill: () => Promise<void>
}

export type RestartedBroker = OtherBroker & {
  /** Kills it with SIGKILL and starts it again with what it has on disk; resolves when it listens. */
  readonly restart: () => Promise<void>
}

/** Limit until a broker listens, in milliseconds. */
const LISTEN_MS = 90_000

const isListening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })

export type ProgramOptions = {
  readonly program: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly directory: string
  readonly port: number
  readonly listenMs?: number
  readonly onEnd?: () => void
}

/** Starts a broker with `directory` as its home, which is removed with it; resolves when it listens. */
export const startProgram = async ({
  program,
  args,
  env,
  directory,
  port,
  listenMs = LISTEN_MS,
  onEnd,
}: ProgramOptions): Promise<RestartedBroker> => {
  let end = () => Promise.resolve()
  const kill = async () => {
    await end()
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  }
  const start = async () => {
    const child = spawn(program, args, {
      env: { PATH: process.env['PATH'], HOME: directory, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: directory,
      // RabbitMQ is started by a script, so its process group is killed.
      detached: true,
    })
    let log = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => {
        log += data.toString()
      })
    const exited = once(child, 'exit')
    const onExit = () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
      onEnd?.()
    }
    process.once('exit', onExit)
    end = async () => {
      process.off('exit', onExit)
      onExit()
      await exited
    }
    const from = performance.now()
    while (!(await isListening(port))) {
      if (child.exitCode !== null || performance.now() - from >= listenMs) {
        await kill()
        throw new Error(`${program} does not listen: ${log.slice(-2000)}`)
      }
      await delay(100)
    }
  }
  await start()
  return {
    port,
    kill,
    restart: async () => {
      await end()
      await start()
    },
  }
}

const programOf = (paths: readonly string[], debianPackage: string): string => {
  const found = paths.find((path) => existsSync(path))
  if (found === undefined) throw new Error(`not installed: apt-get install -y ${debianPackage}`)
  return found
}

/** NATS with MQTT, which needs JetStream for sessions and QoS 1. */
export const startNats = async (): Promise<RestartedBroker> => {
  const program = programOf(['/usr/sbin/nats-server', '/usr/local/bin/nats-server'], 'nats-server')
  const directory = await mkdtemp(join(tmpdir(), 'proplet-nats-'))
  const port = await freePort()
  const config = join(directory, 'nats.conf')
  await writeFile(
    config,
    [
      'server_name: proplet-test',
      `listen: 127.0.0.1:${await freePort()}`,
      'max_payload: 8MB',
      `jetstream { store_dir: "${directory}/jetstream" }`,
      `mqtt { listen: "127.0.0.1:${port}" }`,
    ].join('\n'),
  )
  return startProgram({ program, args: ['-c', config], directory, port })
}

/** RabbitMQ with its MQTT plugin and a separate Erlang port mapper. */
export const startRabbitMq = async (): Promise<RestartedBroker> => {
  const program = programOf(['/usr/lib/rabbitmq/bin/rabbitmq-server'], 'rabbitmq-server')
  const directory = await mkdtemp(join(tmpdir(), 'proplet-rabbitmq-'))
  const [port, epmd, distribution] = [await freePort(), await freePort(), await freePort()]
  await writeFile(
    join(directory, 'rabbitmq.conf'),
    [
      'listeners.tcp = none',
      `mqtt.listeners.tcp.1 = 127.0.0.1:${port}`,
      'mqtt.allow_anonymous = true',
      'loopback_users = none',
      'log.console = true',
    ].join('\n'),
  )
  await writeFile(join(directory, 'plugins'), '[rabbitmq_mqtt].\n')
  return startProgram({
    program,
    args: [],
    directory,
    port,
    env: {
      RABBITMQ_NODENAME: `proplet${port}@localhost`,
      RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'plugins'),
      RABBITMQ_MNESIA_BASE: join(directory, 'mnesia'),
      RABBITMQ_LOG_BASE: join(directory, 'log'),
      RABBITMQ_DIST_PORT: String(distribution),
      ERL_EPMD_PORT: String(epmd),
    },
    onEnd: () => {
      spawnSync('epmd', ['-port', String(epmd), '-kill'], { stdio: 'ignore' })
    },
  })
}
