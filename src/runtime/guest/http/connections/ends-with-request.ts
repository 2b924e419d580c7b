import type { IncomingMessage } from 'node:http'

const HEAD_END = Buffer.from('\r\n\r\n')

/** Whether nothing follows a request in what was read; where that can't be said, something does. */
export function endsWithRequest(consumed: readonly Buffer[], { headers }: IncomingMessage): boolean {
  const bytes = consumed.length === 1 ? consumed[0] : Buffer.concat(consumed)
  if (bytes === undefined || bytes.length === 0) return true
  const length = headers['content-length']
  if (length !== undefined && Number(length) > 0) {
    const head = bytes.indexOf(HEAD_END)
    return head !== -1 && head + HEAD_END.length + Number(length) === bytes.length
  }
  return bytes.subarray(-HEAD_END.length).equals(HEAD_END)
}
