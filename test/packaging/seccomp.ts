import { execFileSync } from 'node:child_process'

const { arch } = process
const AUDIT_ARCHITECTURES: Readonly<Record<string, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 }

const LOAD = 0x20
const JUMP_IF_EQUAL = 0x15
const RETURN = 0x06
const ALLOW = 0x7fff0000
const KILL = 0x80000000
const EPERM = 0x00050001

/** Offsets of the system call number and of the architecture in the filter's input. */
const NUMBER_AT = 0
const ARCHITECTURE_AT = 4

const run = (program: string, ...args: readonly string[]): string =>
  execFileSync(program, [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })

/** The content of each systemd set, such as `@system-service`: system calls and other sets. */
const readSets = (): ReadonlyMap<string, readonly string[]> => {
  const sets = new Map<string, string[]>()
  let current: string[] = []
  for (const line of run('systemd-analyze', 'syscall-filter').split('\n')) {
    const name = line.trim()
    if (name === '' || name.startsWith('#')) continue
    if (line.startsWith('@')) sets.set(name, (current = []))
    else current.push(name)
  }
  return sets
}

/** The system calls that the `SystemCallFilter=` lines allow: of the allowed sets, minus those with a `~`. */
export const allowedCalls = (filters: readonly string[]): ReadonlySet<string> => {
  const sets = readSets()
  const callsOf = (name: string): readonly string[] =>
    name.startsWith('@') ? (sets.get(name) ?? []).flatMap(callsOf) : [name]
  const allowed = new Set<string>()
  for (const filter of filters) {
    const without = filter.startsWith('~')
    for (const call of callsOf(filter.replace(/^~/, ''))) {
      if (without) allowed.delete(call)
      else allowed.add(call)
    }
  }
  return allowed
}

/** Their numbers on this machine, without those that it does not have. */
const numbersOf = (calls: ReadonlySet<string>): readonly number[] =>
  run('sh', '-c', 'for call; do scmp_sys_resolver "$call"; done', 'sh', ...calls)
    .split('\n')
    .filter((line) => line !== '')
    .map(Number)
    .filter((number) => number >= 0)

const instruction = (code: number, value: number, ifTrue = 0, ifFalse = 0): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code, 0)
  bytes.writeUInt8(ifTrue, 2)
  bytes.writeUInt8(ifFalse, 3)
  bytes.writeUInt32LE(value, 4)
  return bytes
}

/**
 * A filter in the format of bubblewrap (classic BPF): these calls are allowed, others fail with EPERM, as in the unit.
 */
export const filterProgram = (calls: ReadonlySet<string>): Buffer => {
  const architecture = AUDIT_ARCHITECTURES[arch]
  if (architecture === undefined) throw new Error(`no filter for ${arch}`)
  return Buffer.concat([
    instruction(LOAD, ARCHITECTURE_AT),
    instruction(JUMP_IF_EQUAL, architecture, 1, 0),
    instruction(RETURN, KILL),
    instruction(LOAD, NUMBER_AT),
    ...numbersOf(calls).flatMap((number) => [
      instruction(JUMP_IF_EQUAL, number, 0, 1),
      instruction(RETURN, ALLOW),
    ]),
    instruction(RETURN, EPERM),
  ])
}
