import type { Link } from '../../channel/link.js'

/** A link that calls `tell` before each message, but not before output. */
export const tellingLink = (link: Link, tell: () => void): Link => ({
  send: (message) => {
    tell()
    link.send(message)
  },
  queue: (message) => {
    tell()
    link.queue(message)
  },
  ask: (want, answer) => {
    tell()
    return link.ask(want, answer)
  },
  flush: () => link.flush(),
  receive: () => link.receive(),
  write: (stream, bytes) => link.write(stream, bytes),
})
