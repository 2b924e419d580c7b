import type { Update } from '../model/view.js'

export type FeedState = 'connecting' | 'live' | 'lost'

type Feed = {
  readonly onUpdate: (update: Update) => void
  readonly onState: (state: FeedState) => void
}

/**
 * Milliseconds: the delay before a retry if the server refused, and the silence after which the connection counts as
 * dead.
 */
const RETRY_MS = 2000
const SILENCE_MS = 15_000

/** Follows the proplet while the page is open, across its restarts. */
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
    // The browser reconnects on its own after network errors, but not after an invalid response.
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
