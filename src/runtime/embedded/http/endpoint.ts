import * as E from 'fp-ts/lib/Either.js'
import { askedAddress, portsFrom } from '../../serve-address.js'
import type { HttpOptions } from '../../../model/http-options.js'

/** Where a task listens, and the arguments that are passed to the guest. */
export type Endpoint = {
  readonly host: string
  /** Tried in turn. */
  readonly ports: readonly number[]
  readonly cliArgs: readonly string[]
}

const FLAG = /^(--port|--addr)(?:=(.*))?$/s

const isFlag = (text: string | undefined): text is '--port' | '--addr' =>
  text === '--port' || text === '--addr'

/** `--port N` and `--addr HOST:PORT` in the arguments select that port only; see `askedAddress`. */
export function endpointOf(
  cliArgs: readonly string[],
  options: Pick<HttpOptions, 'host' | 'port'>,
): E.Either<string, Endpoint> {
  const rest: string[] = []
  let { host } = options
  let ports = portsFrom(options.port)
  for (let i = 0; i < cliArgs.length; i++) {
    const argument = cliArgs[i] ?? ''
    const [, flag, inline] = FLAG.exec(argument) ?? []
    if (!isFlag(flag)) {
      rest.push(argument)
      continue
    }
    const asked = askedAddress(flag, inline ?? cliArgs[++i] ?? '', host, options.host, 0)
    if (E.isLeft(asked)) return asked
    host = asked.right.host
    ports = [asked.right.port]
  }
  return E.right({ host, ports, cliArgs: rest })
}
