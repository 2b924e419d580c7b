import type { Either } from 'fp-ts/lib/Either.js'

/** A value before it is read: text, or the items of a TOML array. */
export type Raw = string | readonly string[]

/** Reads one kind of value. `read` returns what is expected if the value is invalid; `mask` hides secrets. */
export type Reader<T> = {
  readonly read: (raw: Raw) => Either<string, T>
  readonly mask?: (text: string) => string
}

/** Facts that some defaults depend on. */
export type HostFacts = {
  readonly cores: number
  readonly tempDirectory: string
  readonly env: Readonly<Record<string, string | undefined>>
}

type Presence =
  | { readonly kind: 'required' }
  | { readonly kind: 'optional' }
  /** `shown` describes a computed default in a few words. */
  | { readonly kind: 'default'; readonly of: (facts: HostFacts) => string; readonly shown: string }

type Traits = {
  /** Another name, used by the current release of Propeller. */
  readonly alias?: string
  /** Environment variables without the prefix `PROPLET_`, in order of precedence; those with the prefix come first. */
  readonly plain?: readonly [string, ...string[]]
  /** Its value is never shown, and never accepted on the command line. */
  readonly secret?: true
  /** It is read, but has no effect in this release. */
  readonly inert?: true
  /** The flag, if it is not the key in kebab case. */
  readonly flag?: string
  /** It selects the file, so it cannot be set in one. */
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

/** The environment variable of a key, such as `PROPLET_MQTT_ADDRESS` for `mqtt_address`. */
export const variableOf = (key: string): string => `PROPLET_${key.toUpperCase()}`

/** The flag of a key without dashes, such as `mqtt-address` for `mqtt_address`. */
export const flagOf = (key: string, setting: Setting<unknown>): string =>
  setting.flag ?? key.replaceAll('_', '-')

/** The names of a setting in a file, that of the design document first. */
export const namesOf = (key: string, setting: Setting<unknown>): readonly string[] =>
  setting.alias === undefined ? [key] : [key, setting.alias]

const MASK = '********'

/** The text of a value, masked if it is secret. */
export const shown = (setting: Setting<unknown>, raw: Raw): string => {
  if (setting.secret) return MASK
  const text = typeof raw === 'string' ? raw : raw.join(', ')
  return setting.reader.mask?.(text) ?? text
}

const QUOTED_MAX = 120

/** The value as found, quoted for an error message; cut if it is long. */
export const quoted = (setting: Setting<unknown>, raw: Raw): string => {
  if (setting.secret) return 'a value that is kept secret'
  const mask = setting.reader.mask ?? ((text: string) => text)
  const safe = typeof raw === 'string' ? mask(raw) : raw.map(mask)
  const text = JSON.stringify(safe)
  return text.length > QUOTED_MAX ? `${text.slice(0, QUOTED_MAX)}…` : text
}
