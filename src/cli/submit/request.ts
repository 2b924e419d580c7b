import type { Words } from '../commands/parse.js'
import { idOf, inputsOf, targetOf, timeoutOf, usageProblem, variablesOf } from '../client/options.js'

/** A request without its binary. */
export type SubmitRequest = {
  readonly taskId: string
  readonly wait: boolean
  readonly json: boolean
  readonly timeoutMs: number | undefined
  /** The start command, without its binary. */
  readonly command: object
}

const refuse = (isWrong: boolean, text: string): void => {
  if (isWrong) throw usageProblem(text)
}

/**
 * Reads the request of a command line. Throws a `CommandFailure` that describes the problem.
 * @param newId creates the ID of a task without one
 */
export const requestOf = (
  words: Words,
  env: Readonly<Record<string, string | undefined>>,
  newId: () => string,
): SubmitRequest => {
  const { on, value, values } = words
  const [wait, latent, daemon] = [on.has('wait'), on.has('latent'), on.has('daemon')]
  const name = value('name') ?? '_start'
  refuse(name === '' || name.length > 1024, '--name: expected 1 to 1024 characters')
  refuse(latent && daemon, 'found --latent and --daemon; expected one of them')
  refuse(
    latent && wait,
    'found --latent and --wait: a latent task has no result; expected proplet invoke after it',
  )
  refuse(!wait && value('timeout') !== undefined, 'found --timeout without --wait; expected both')
  const inputs = inputsOf(words)
  refuse(
    latent && inputs.length > 0,
    'found --latent and inputs; expected them with proplet invoke, each time',
  )
  const taskId = idOf('--id', value('id') ?? newId())
  const cliArgs = values('cli-arg')
  return {
    taskId,
    wait,
    json: on.has('json'),
    timeoutMs: timeoutOf(words),
    command: {
      id: taskId,
      name,
      inputs,
      env: variablesOf(words, env),
      ...(cliArgs.length > 0 && { cli_args: cliArgs }),
      ...(daemon && { daemon }),
      ...(latent && { latent }),
      ...targetOf(words),
    },
  }
}
