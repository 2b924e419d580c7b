import type { Update } from '../model/view.js'

export type FeedState = 'connecting' | 'live' | 'lost'

type Feed = {
  readonly onUpdate: (update: Update) => void
  readonly onState: (state: FeedState) => void
}

/** Milliseconds: before it is tried again when the server refused, and of silence after which the connection is dead. */
const RETRY_MS = 2000
const SILENCE_MS = 15_000

/** Follows the proplet for as long as the page is open, through restarts of it. */
export const follow = ({ onUpdate, onState }: Feed): void => {
  const open = () => {
    const source = new EventSource('/ui/events')
    let silence = 0
    const again = (afterMs: number) => {
      window.clearTimeout(silence)
      source.close()
      onState('lost')
      window.setTimeout(open, afterMs)
    }
    const listen = () => {
      window.clearTimeout(silence)
      silence = window.setTimeout(() => again(0), SILENCE_MS)
    }
    source.onopen = listen
    source.onmessage = (event: MessageEvent<string>) => {
      listen()
      onState('live')
      onUpdate(JSON.parse(event.data) as Update)
    }
    // The browser tries again by itself after an error of the network, and not after an answer that is none.
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) again(RETRY_MS)
      else {
        onState('lost')
      }
    }
    listen()
  }
  onState('connecting')
  open()
}
