import type { Either } from 'fp-ts/lib/Either.js'

/** A value before it is read: text, or the items of a TOML array. */
export type Raw = string | readonly string[]

/** Reads one kind of value. `read` answers with what is expected when it can't; `mask` hides what must not be shown. */
export type Reader<T> = {
  readonly read: (raw: Raw) => Either<string, T>
  readonly mask?: (text: string) => string
}

/** What some defaults depend on. */
export type HostFacts = {
  readonly cores: number
  readonly tempDirectory: string
  readonly env: Readonly<Record<string, string | undefined>>
}

type Presence =
  | { readonly kind: 'required' }
  | { readonly kind: 'optional' }
  /** `shown` says in a few words what a computed default is. */
  | { readonly kind: 'default'; readonly of: (facts: HostFacts) => string; readonly shown: string }

type Traits = {
  /** The name that the current release has for the same setting. */
  readonly alias?: string
  /** Variables of the environment without our prefix that are read as well, the first that is set; `PROPLET_…` goes before them. */
  readonly plain?: readonly [string, ...string[]]
  /** Its value is never shown, and never taken from the command line. */
  readonly secret?: true
  /** It is read, and has no effect in this release. */
  readonly inert?: true
  /** Its flag, where that is not its key in kebab case. */
  readonly flag?: string
  /** It says which file to read, and so can't stand in one. */
  readonly outsideFile?: true
}

export type Setting<T> = Traits & {
  readonly meaning: string
  readonly reader: Reader<T>
  readonly presence: Presence
}

export const required = <T>(reader: Reader<T>, meaning: string, traits: Traits = {}): Setting<T> => ({
  ...traits,
  reader,
  meaning,
  presence: { kind: 'required' },
})

export const optional = <T>(
  reader: Reader<T>,
  meaning: string,
  traits: Traits = {},
): Setting<T | undefined> => ({ ...traits, reader, meaning, presence: { kind: 'optional' } })

export const withDefault = <T>(
  reader: Reader<T>,
  text: string,
  meaning: string,
  traits: Traits = {},
): Setting<T> => ({
  ...traits,
  reader,
  meaning,
  presence: { kind: 'default', of: () => text, shown: text },
})

export const computed = <T>(
  reader: Reader<T>,
  shown: string,
  of: (facts: HostFacts) => string,
  meaning: string,
  traits: Traits = {},
): Setting<T> => ({ ...traits, reader, meaning, presence: { kind: 'default', of, shown } })

/** The variable of a key: `mqtt_address` is `PROPLET_MQTT_ADDRESS`. */
export const variableOf = (key: string): string => `PROPLET_${key.toUpperCase()}`

/** The flag of a key, without dashes: `mqtt_address` is `mqtt-address`. */
export const flagOf = (key: string, setting: Setting<unknown>): string =>
  setting.flag ?? key.replaceAll('_', '-')

/** The names of a setting in the file, the design document's first. */
export const namesOf = (key: string, setting: Setting<unknown>): readonly string[] =>
  setting.alias === undefined ? [key] : [key, setting.alias]

const MASK = '********'

/** The text of a value as it may be shown. */
export const shown = (setting: Setting<unknown>, raw: Raw): string => {
  if (setting.secret) return MASK
  const text = typeof raw === 'string' ? raw : raw.join(', ')
  return setting.reader.mask?.(text) ?? text
}

const QUOTED_MAX = 120

/** What was found, quoted for an error; cut when it is long. */
export const quoted = (setting: Setting<unknown>, raw: Raw): string => {
  if (setting.secret) return 'a value that is kept secret'
  const mask = setting.reader.mask ?? ((text: string) => text)
  const safe = typeof raw === 'string' ? mask(raw) : raw.map(mask)
  const text = JSON.stringify(safe)
  return text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text
}
