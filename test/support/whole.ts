import type { Decoded } from '../../src/model/command.js'

const areTexts = (texts: readonly unknown[]): boolean => texts.every((text) => typeof text === 'string')

/** Whether a decoded message matches its type, and a reason can be logged and answered unchanged. */
export const isWhole = (decoded: Decoded): boolean => {
  switch (decoded.type) {
    case 'start': {
      const { id, name, inputs, cliArgs, env } = decoded
      return areTexts([id, name, ...inputs, ...cliArgs, ...Object.values(env)])
    }
    case 'invoke': {
      const { id, invocation, inputs, env } = decoded
      return areTexts([id, invocation.id ?? '', ...inputs, ...Object.values(env)])
    }
    case 'stop':
      return decoded.id.length > 0
    case 'chunk':
      return decoded.index < decoded.total && decoded.image !== ''
    case 'rejected':
      return /^[\x20-\x7e…]+$/.test(decoded.reason) && decoded.reason.length < 2000
  }
}
