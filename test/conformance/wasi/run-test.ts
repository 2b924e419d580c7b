import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isLeft } from 'fp-ts/lib/Either.js'
import { PathReporter } from 'io-ts/lib/PathReporter.js'
import { GUEST_STACK_BYTES } from '../../../src/host/stack-limit.js'
import { failed, passed, refused, type Outcome } from '../outcome.js'
import { commandOf } from './flags.js'
import { Guest } from './guest.js'
import { startServers } from './http-servers.js'
import { perform, type Session } from './operations.js'
import { operationsOf, specification, type Operation, type Specification } from './spec.js'

const TEST_MS = 20_000

/** Runs one program of the suite with `proplet-exec`, on copies of its directories. */
export async function runTest(folder: string, name: string, node: string, exec: string): Promise<Outcome> {
  const spec = readSpecification(join(folder, `${name}.json`))
  const scratch = await mkdtemp(join(tmpdir(), 'conformance-'))
  const servers = await startServers(spec.servers ?? [])
  const startedAt = performance.now()
  const session: Session = { guest: undefined, address: undefined, connections: new Map() }
  const timer = setTimeout(() => session.guest?.end(), TEST_MS)
  let problem: string | undefined
  try {
    for (const operation of operationsOf(spec)) {
      if (operation.type === 'run')
        session.guest = await start(operation, { spec, folder, name, scratch, env: servers.env, node, exec })
      else await perform(operation, session)
    }
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error)
  }
  clearTimeout(timer)
  session.guest?.end()
  await session.guest?.ended
  for (const socket of session.connections.values()) socket.destroy()
  servers.close()
  await rm(scratch, { recursive: true, force: true })
  if (performance.now() - startedAt > TEST_MS) return failed(`it takes more than ${TEST_MS / 1000} s`)
  if (problem === undefined) return passed
  const said = session.guest?.stderr.left.trim() ?? ''
  const reason = said === '' ? problem : `${problem}; ${lastLines(said)}`
  return REFUSAL.test(said) ? refused(reason) : failed(reason)
}

/** Errors by which `proplet-exec` names something that it does not support. */
const REFUSAL = /^Error: (?:unsupported|.*(?:not support|no option|has no effect|runs on Node\.js))/m

const lastLines = (text: string): string => text.split('\n').slice(-3).join(' ').slice(0, 400)

type Place = {
  readonly spec: Specification
  readonly folder: string
  readonly name: string
  readonly scratch: string
  readonly env: Readonly<Record<string, string>>
  readonly node: string
  readonly exec: string
}

async function start(
  { args = [], env = {}, dirs = [] }: Extract<Operation, { type: 'run' }>,
  { spec, folder, name, scratch, env: servers, node, exec }: Place,
): Promise<Guest> {
  const preopens = [
    ...dirs.map((directory) => ({ directory, guest: directory })),
    ...(spec.root === undefined ? [] : [{ directory: spec.root, guest: '/' }]),
  ]
  const options: string[] = []
  for (const { directory, guest } of preopens) {
    await cp(join(folder, directory), join(scratch, directory), { recursive: true })
    options.push('--dir', `${join(scratch, directory)}::${guest}`)
  }
  for (const [key, value] of Object.entries({ ...env, ...servers })) options.push('--env', `${key}=${value}`)
  const stack = `--stack-size=${GUEST_STACK_BYTES / 1024}`
  return new Guest(node, [stack, exec, ...commandOf(spec), ...options, join(folder, `${name}.wasm`), ...args])
}

function readSpecification(path: string): Specification {
  if (!existsSync(path)) return {}
  const decoded = specification.decode(JSON.parse(readFileSync(path, 'utf8')))
  if (isLeft(decoded)) throw new Error(`${path}: ${PathReporter.report(decoded).slice(0, 3).join('; ')}`)
  return decoded.right
}
