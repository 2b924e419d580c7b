import { StringDecoder } from 'node:string_decoder'

/** A line longer than this is cut into several; UTF-16 code units. */
const MAX_LINE = 4096

export type GuestLines = {
  readonly take: (data: Uint8Array) => readonly string[]
  /** The last line, if it is unterminated. */
  readonly rest: () => readonly string[]
}

/** The output of a guest as lines, whatever pieces it comes in. Holds at most one line. */
export const createGuestLines = (): GuestLines => {
  const decoder = new StringDecoder('utf8')
  let open = ''
  return {
    take: (data) => {
      const text = open + decoder.write(Buffer.from(data.buffer, data.byteOffset, data.byteLength))
      const lines = text.split('\n')
      open = lines.pop() ?? ''
      while (open.length > MAX_LINE) {
        lines.push(open.slice(0, MAX_LINE))
        open = open.slice(MAX_LINE)
      }
      return lines
    },
    rest: () => {
      const last = open + decoder.end()
      open = ''
      return last === '' ? [] : [last]
    },
  }
}
