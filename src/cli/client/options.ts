import { parseDuration } from '../../io/config/settings/duration.js'
import type { Words } from '../commands/parse.js'
import { EXIT } from '../output/exits.js'
import { CommandFailure } from './failure.js'
import { LONGEST_TIMER_MS } from '../../model/longest-timer.js'

const ID_LENGTH = 256

const wrong = (text: string): CommandFailure => new CommandFailure(EXIT.usage, text)

const shortened = (text: string): string => JSON.stringify(text.slice(0, 100))

/** The ID of a task or proplet, with the rules of proplets. */
export const idOf = (what: string, text: string): string => {
  if (text === '' || text.length > ID_LENGTH || /\p{Cc}/u.test(text))
    throw wrong(
      `${what}: found ${shortened(text)}; expected 1 to ${ID_LENGTH} characters, none of them a control character`,
    )
  return text
}

/** The target of a command on the wire: one proplet, or all proplets of the channel. */
export const targetOf = (words: Words): { readonly proplet_id?: string } => {
  const id = words.value('proplet')
  return id === undefined ? {} : { proplet_id: idOf('--proplet', id) }
}

/** Milliseconds; undefined without the option. */
export const timeoutOf = (words: Words): number | undefined => {
  const text = words.value('timeout')
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (!(ms >= 1 && ms <= LONGEST_TIMER_MS))
    throw wrong(`--timeout: found ${shortened(text)}; expected a time such as 10s, 1m30s, 500ms, or seconds`)
  return ms
}

/**
 * `K=V`, or `K` for the value from this environment; variables that are not set here are omitted, as in other runtimes.
 */
export const variablesOf = (
  words: Words,
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    words.values('env').flatMap((text): readonly (readonly [string, string])[] => {
      const [, name = '', , value] = /^([^=]*)(=([^]*))?$/.exec(text) ?? []
      // Not quoted, because it may be a secret.
      if (name === '') throw wrong('--env: found a variable without a name; expected K=V, or K')
      const given = value ?? env[name]
      return given === undefined ? [] : [[name, given]]
    }),
  )

/** The arguments after the first, then the inputs given as options. */
export const inputsOf = ({ args, values }: Words): readonly string[] => [...args.slice(1), ...values('input')]

export const usageProblem = wrong
