import type { BinarySource, Received, StartCommand } from '../../model/command.js'

const isSameSource = (one: BinarySource, other: BinarySource): boolean =>
  one.type === 'inline'
    ? other.type === 'inline' && one.base64 === other.base64
    : other.type === 'image' && one.image === other.image

/** How it came here. */
const NOT_ORDERED = { source: undefined, receivedAt: undefined, sequence: undefined }

/** Everything a start orders but its binary, which can be megabytes. */
const orderOf = (start: Received<StartCommand>): string => JSON.stringify({ ...start, ...NOT_ORDERED })

/** Whether two starts order the same, as the two deliveries of one message do. */
export const isSameOrder = (one: Received<StartCommand>, other: Received<StartCommand>): boolean =>
  isSameSource(one.source, other.source) && orderOf(one) === orderOf(other)
