import type { Packet } from 'mqtt-packet'
import type { Direction, Fate } from './link.js'

/** A moment in the life of a task at which the proplet is killed. */
export type KillPoint = {
  readonly name: string
  /** What to do with the packet that marks the moment; undefined for any other packet. */
  readonly at: (direction: Direction, packet: Packet) => Fate | undefined
  /** A log message that marks the moment instead. */
  readonly logged?: string
}

const isPublish = (packet: Packet, subtopic: string): boolean =>
  packet.cmd === 'publish' && packet.topic.endsWith(subtopic)

const publishing =
  (wanted: Direction, subtopic: string, fate: Fate): KillPoint['at'] =>
  (direction, packet) =>
    direction === wanted && isPublish(packet, subtopic) ? fate : undefined

const acknowledging =
  (wanted: Direction, cmd: Packet['cmd'], fate: Fate): KillPoint['at'] =>
  (direction, packet) =>
    direction === wanted && packet.cmd === cmd ? fate : undefined

const START = 'control/manager/start'
const RESULTS = 'control/proplet/results'

export const KILL_POINTS: readonly KillPoint[] = [
  { name: 'before a start reaches it', at: publishing('down', START, 'cut') },
  { name: 'as a start reaches it', at: publishing('down', START, 'pass') },
  { name: 'before its acknowledgement of a start is out', at: acknowledging('up', 'pubrec', 'cut') },
  { name: 'when it has acknowledged a start', at: acknowledging('up', 'pubrec', 'pass') },
  { name: 'when a start is released', at: acknowledging('down', 'pubrel', 'pass') },
  { name: 'when it asks for a binary', at: publishing('up', 'registry/proplet', 'pass') },
  { name: 'when a chunk comes', at: publishing('down', 'registry/server', 'pass') },
  { name: 'when a guest was started', at: () => undefined, logged: 'Task started' },
  { name: 'before a result reaches the broker', at: publishing('up', RESULTS, 'cut') },
  { name: 'as a result reaches the broker', at: publishing('up', RESULTS, 'pass') },
  { name: 'before the acknowledgement of a result reaches it', at: acknowledging('down', 'pubrec', 'cut') },
  { name: 'when a result is acknowledged', at: acknowledging('down', 'pubrec', 'pass') },
  { name: 'when a result is complete', at: acknowledging('down', 'pubcomp', 'pass') },
]
