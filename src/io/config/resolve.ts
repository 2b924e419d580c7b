import * as E from 'fp-ts/lib/Either.js'
import type { ResolvedSetting } from './loaded-config.js'
import type { HostFacts, Setting } from './settings/setting.js'
import { flagOf, namesOf, quoted, shown, variableOf } from './settings/setting.js'
import { settingEntries, type SettingKey, type Values } from './settings/settings.js'
import { find, type Source } from './sources.js'

export type Sources = { readonly flags: Source; readonly rest: readonly Source[] }

export type Resolution = {
  /** The values that could be read; required values that are missing and invalid ones are absent. */
  readonly values: Partial<Values>
  readonly problems: readonly string[]
  readonly settings: readonly ResolvedSetting[]
  /** The key as written by the operator; the variable if the setting is not set. */
  readonly nameOf: (key: SettingKey) => string
  readonly isSet: (key: SettingKey) => boolean
}

type Outcome = {
  readonly key: SettingKey
  readonly name: string | undefined
  readonly value: E.Either<string, unknown>
  readonly setting: ResolvedSetting
}

const missing = (key: string, setting: Setting<unknown>): string => {
  const [variable = '', alias] = namesOf(key, setting).map(variableOf)
  const also = alias === undefined ? '' : ` (or ${alias})`
  const flag = setting.secret ? '' : `, with --${flagOf(key, setting)}`
  return `${variable} is required and not set; expected it in the environment${also}${flag}, or as ${key} in the file`
}

const resolveOne = (
  key: SettingKey,
  setting: Setting<unknown>,
  sources: Sources,
  facts: HostFacts,
): Outcome => {
  const variable = variableOf(key)
  const outcome = (
    value: E.Either<string, unknown>,
    text: string,
    source: string,
    name?: string,
  ): Outcome => ({ key, name, value, setting: { key, variable, value: text, source } })

  const found = find(key, setting, sources)
  if (found && E.isLeft(found)) return outcome(found, '', 'unreadable')
  if (found) {
    const { name, source, raw } = found.right
    const value = E.mapLeft(
      (expected: string) => `${name}: found ${quoted(setting, raw)}; expected ${expected}`,
    )(setting.reader.read(raw))
    return outcome(value, shown(setting, raw), source, name)
  }
  switch (setting.presence.kind) {
    case 'required':
      return outcome(E.left(missing(key, setting)), '', 'missing')
    case 'optional':
      return outcome(E.right(undefined), '', 'default')
    case 'default': {
      const text = setting.presence.of(facts)
      const value = E.mapLeft(
        (expected: string) =>
          `the default ${JSON.stringify(text)} of ${variable} is invalid; expected ${expected}`,
      )(setting.reader.read(text))
      return outcome(value, text, 'default')
    }
  }
}

/** Finds and reads every setting of `entries`, and collects every problem. */
export const resolve = (
  sources: Sources,
  facts: HostFacts,
  entries: typeof settingEntries = settingEntries,
): Resolution => {
  const outcomes = entries.map(([key, setting]) => resolveOne(key, setting, sources, facts))
  const names = new Map(outcomes.map(({ key, name }) => [key, name]))
  const readable = outcomes.flatMap(({ key, value }) =>
    E.isRight(value) ? [[key, value.right] as const] : [],
  )
  return {
    // Each value comes from the reader that defines the type of its key; the compiler cannot follow that through
    // `fromEntries`.
    values: Object.fromEntries(readable),
    problems: outcomes.flatMap(({ value }) => (E.isLeft(value) ? [value.left] : [])),
    settings: outcomes.map(({ setting }) => setting),
    nameOf: (key) => names.get(key) ?? variableOf(key),
    isSet: (key) => names.get(key) !== undefined,
  }
}

/** Whether every required setting has a value, under any name and in any source. */
export const isComplete = (sources: Sources): boolean =>
  settingEntries.every(
    ([key, setting]) => setting.presence.kind !== 'required' || find(key, setting, sources) !== undefined,
  )
