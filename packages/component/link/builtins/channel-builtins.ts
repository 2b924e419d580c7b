import type { CoreSignature } from '../calls/adapter.js'
import type { Instantiation } from '../calls/instantiation.js'
import {
  address as addressOf,
  asAddress,
  i32,
  leaving,
  type Builtin,
  type BuiltinContext,
  type MakeBuiltin,
} from './builtin.js'
import { Channel } from '../async/channel.js'
import { beginCancel, beginCopy, findEnd, outcomeNow } from './copy.js'
import { End, type ChannelKind, type Direction } from '../async/end.js'
import { checkMayBlock, type Outcome } from '../calls/jspi.js'

const create =
  (kind: ChannelKind): MakeBuiltin =>
  ({ instance, channel }) => {
    const type = channel(kind)
    return {
      params: [],
      results: ['i64'],
      make: (instantiation) => () => {
        const { handles } = leaving(instantiation, instance)
        const shared = new Channel()
        const readable = handles.addEntry(new End(shared, type, 'read'))
        const writable = handles.addEntry(new End(shared, type, 'write'))
        return BigInt(readable) | (BigInt(writable) << 32n)
      },
    }
  }

type Begin = (instantiation: Instantiation, args: readonly unknown[], isAsync: boolean) => End

const copy =
  (kind: ChannelKind, direction: Direction): MakeBuiltin =>
  ({ definition, canon, channel, waiting }) => {
    const type = channel(kind)
    const plan = { type: { ...type, element: type.elementOver(canon.address) }, direction }
    const { address } = canon
    const signature: CoreSignature =
      kind === 'stream'
        ? { params: ['i32', address, address], results: [address] }
        : { params: ['i32', address], results: ['i32'] }
    return waitingOrNot(
      waiting,
      signature,
      { isAsync: definition.options?.async === true, instance: canon.instance },
      (instantiation, [index, at, length], isAsync) =>
        beginCopy(
          instantiation,
          canon,
          { ...plan, isAsync },
          i32(index),
          addressOf(at),
          kind === 'stream' ? addressOf(length) : 1,
        ),
    )
  }

const cancel =
  (kind: ChannelKind, direction: Direction): MakeBuiltin =>
  ({ definition, instance, channel, waiting }) => {
    const plan = { type: channel(kind), direction }
    return waitingOrNot(
      waiting,
      { params: ['i32'], results: ['i32'] },
      { isAsync: definition.flag === true, instance },
      (instantiation, [index], isAsync) =>
        beginCancel(instantiation, instance, { ...plan, isAsync }, i32(index)),
    )
  }

function waitingOrNot(
  waitingOf: BuiltinContext['waiting'],
  signature: CoreSignature,
  { isAsync, instance }: { readonly isAsync: boolean; readonly instance: number },
  begin: Begin,
): Builtin {
  const [result] = signature.results
  const made = (outcome: number) => asAddress(outcome, result === 'i64' ? 'i64' : 'i32')
  if (isAsync)
    return {
      ...signature,
      make:
        (instantiation) =>
        (...args: unknown[]) => {
          leaving(instantiation, instance)
          return made(outcomeNow(begin(instantiation, args, true)))
        },
    }
  const waiting = waitingOf(signature)
  return {
    ...signature,
    make: (instantiation) =>
      waiting(instantiation, (...args): Outcome => {
        leaving(instantiation, instance)
        checkMayBlock(instantiation.scheduler.thread())
        const end = begin(instantiation, args, false)
        const outcome = () => made(end.takeEvent()[2])
        if (end.hasEvent) return { value: outcome() }
        return { wait: (goOn) => end.whenEvent(() => goOn(outcome)) }
      }),
  }
}

const drop =
  (kind: ChannelKind, direction: Direction): MakeBuiltin =>
  ({ instance, channel }: BuiltinContext) => {
    const plan = { type: channel(kind), direction }
    return {
      params: ['i32'],
      results: [],
      make: (instantiation) => (index: unknown) => {
        const { handles } = leaving(instantiation, instance)
        findEnd(instantiation, instance, i32(index), plan).drop()
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
