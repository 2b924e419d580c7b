import type { Run } from '../run.js'
import { i32, leaving, type Builtin, type BuiltinContext, type MakeBuiltin } from './builtin.js'
import { Channel } from './channel.js'
import { beginCancel, beginCopy, findEnd, outcomeNow } from './copy.js'
import { End, type ChannelKind, type Direction } from './end.js'
import { suspending } from './jspi.js'

const create =
  (kind: ChannelKind): MakeBuiltin =>
  ({ instance, channel }) => {
    const type = channel(kind)
    return {
      params: [],
      results: ['i64'],
      make: (run) => () => {
        const { handles } = leaving(run, instance)
        const shared = new Channel()
        const readable = handles.addEntry(new End(shared, type, 'read'))
        const writable = handles.addEntry(new End(shared, type, 'write'))
        return BigInt(readable) | (BigInt(writable) << 32n)
      },
    }
  }

const copy =
  (kind: ChannelKind, direction: Direction): MakeBuiltin =>
  ({ definition, canon, channel }) => {
    const plan = { type: channel(kind), direction }
    const begin = (run: Run, [index, at, length]: readonly unknown[]): End =>
      beginCopy(run, canon, plan, i32(index), i32(at), kind === 'stream' ? i32(length) : 1)
    return {
      params: kind === 'stream' ? ['i32', 'i32', 'i32'] : ['i32', 'i32'],
      results: ['i32'],
      make: waitingOrNot(definition.options?.async === true, begin),
    }
  }

const cancel =
  (kind: ChannelKind, direction: Direction): MakeBuiltin =>
  ({ definition, instance, channel }) => {
    const plan = { type: channel(kind), direction }
    return {
      params: ['i32'],
      results: ['i32'],
      make: waitingOrNot(definition.flag === true, (run, [index]) =>
        beginCancel(run, instance, plan, i32(index)),
      ),
    }
  }

const waitingOrNot =
  (isAsync: boolean, begin: (run: Run, args: readonly unknown[]) => End): Builtin['make'] =>
  (run) =>
    isAsync
      ? (...args: unknown[]) => outcomeNow(begin(run, args))
      : suspending((...args) =>
          run.scheduler.suspend((goOn) => {
            const end = begin(run, args)
            end.whenEvent(() => goOn(() => end.takeEvent()[2]))
          }),
        )

const drop =
  (kind: ChannelKind, direction: Direction): MakeBuiltin =>
  ({ instance, channel }: BuiltinContext) => {
    const plan = { type: channel(kind), direction }
    return {
      params: ['i32'],
      results: [],
      make: (run) => (index: unknown) => {
        const { handles } = leaving(run, instance)
        findEnd(run, instance, i32(index), plan).drop()
        handles.removeEntry(i32(index))
      },
    }
  }

const of = (kind: ChannelKind): readonly (readonly [string, MakeBuiltin])[] => [
  [`${kind}.new`, create(kind)],
  [`${kind}.read`, copy(kind, 'read')],
  [`${kind}.write`, copy(kind, 'write')],
  [`${kind}.cancel-read`, cancel(kind, 'read')],
  [`${kind}.cancel-write`, cancel(kind, 'write')],
  [`${kind}.drop-readable`, drop(kind, 'read')],
  [`${kind}.drop-writable`, drop(kind, 'write')],
]

export const channelBuiltins: readonly (readonly [string, MakeBuiltin])[] = [...of('stream'), ...of('future')]
