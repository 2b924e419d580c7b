import type { Given } from './given.js'
import type { Incoming, Link } from './link.js'
import type { FromGuest, GivenMessage, Handle, NetworkError } from './protocol.js'
import { DENIALS, USE_OF, warnOfRefusals } from './refusals.js'
import { createStandardOutput } from './standard-output.js'
import { soon } from './wants.js'

const NO_BYTES = new Uint8Array(0)

export type DirectHooks = {
  readonly warning: (message: string) => void
  /** How to allow the network. */
  readonly remedy: string | undefined
}

/**
 * The link of a guest in the process that started it: nobody is at the other end, so warnings go to a hook, output to the standard
 * streams, and the network is refused.
 */
export function createDirectLink({ warning, remedy }: DirectHooks): Link {
  const outputs = { stdout: createStandardOutput(1), stderr: createStandardOutput(2) }
  const refused = new Map<Handle, NetworkError>()
  const refuse = warnOfRefusals(warning, remedy)
  const broken = (handle: Handle): Omit<GivenMessage, 'type'> => {
    const error = refused.get(handle)
    return { state: 'broken', ...(error !== undefined && { error }) }
  }
  let answer: Incoming | undefined
  const send = (message: FromGuest) => {
    if (message.type === 'warning') warning(message.message)
    else if (message.type === 'open') {
      const use = USE_OF[message.request.kind]
      refused.set(message.handle, { tag: DENIALS[use] })
      refuse(use)
    } else if (message.type === 'want')
      answer = { message: { type: 'given', ...broken(message.handle) }, body: NO_BYTES }
    else if (message.type === 'close') refused.delete(message.handle)
  }
  return {
    send,
    queue: send,
    flush: () => {
      // Nothing waits.
    },
    ask: ({ handle }, done: (given: Given) => void) =>
      soon(() => done({ ...broken(handle), bytes: NO_BYTES })),
    receive: () => {
      if (answer === undefined) throw new Error('the guest waits for an answer to nothing')
      const given = answer
      answer = undefined
      return given
    },
    write: (stream, bytes) => outputs[stream](bytes),
  }
}
