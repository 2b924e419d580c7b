import type { ChannelMessage } from './channel-message.js'

type Chunk = Extract<ChannelMessage, { type: 'chunk' }>

/** Progress of an image's chunks on the channel. */
export type Fetched = {
  /** 0 if it was requested but nothing has arrived. */
  readonly total: number
  readonly chunks: number
  readonly bytes: number
}

export const isWhole = ({ total, chunks }: Fetched): boolean => total > 0 && chunks === total

export const percentOf = ({ total, chunks }: Fetched): number =>
  total === 0 ? 0 : Math.floor((chunks / total) * 100)

/** Counts the chunks of one image, each only once even if it is sent again; starts again after the last one. */
export const createFetchCount = (): ((chunk: Chunk) => Fetched) => {
  let total = 0
  let bytes = 0
  const have = new Set<number>()
  return (chunk) => {
    if (chunk.total !== total || have.size === total) {
      total = chunk.total
      bytes = 0
      have.clear()
    }
    if (!have.has(chunk.index)) bytes += chunk.bytes
    have.add(chunk.index)
    return { total, chunks: have.size, bytes }
  }
}
