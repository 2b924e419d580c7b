import * as E from 'fp-ts/lib/Either.js'
import type { Section } from './section.js'
import type { Raw, Setting } from './settings/setting.js'
import { flagOf, namesOf, variableOf } from './settings/setting.js'
import { rawOf } from './toml.js'

/** A value in a source. `name` is the key as written by the operator. */
export type Found = { readonly name: string; readonly source: string; readonly raw: Raw }

/** A source of values. */
export type Source = {
  /** The names of a setting there. */
  readonly names: (key: string, setting: Setting<unknown>) => readonly string[]
  /** The value under one of its names; left: what is wrong. */
  readonly lookup: (name: string) => E.Either<string, Found> | undefined
}

const isUnset = (raw: Raw): boolean => raw === ''

const textSource = (
  values: Readonly<Record<string, string | undefined>>,
  names: Source['names'],
  describe: (name: string) => { readonly name: string; readonly source: string },
): Source => ({
  names,
  lookup: (name) => {
    const raw = Object.hasOwn(values, name) ? values[name] : undefined
    return raw === undefined || isUnset(raw) ? undefined : E.right({ ...describe(name), raw })
  },
})

/** Flags, by name without dashes. */
export const flagSource = (flags: Readonly<Record<string, string | undefined>>): Source =>
  textSource(
    flags,
    (key, setting) => [flagOf(key, setting)],
    (flag) => ({ name: `--${flag}`, source: `flag --${flag}` }),
  )

type Environment = Readonly<Record<string, string | undefined>>

const ofEnvironment = (name: string) => ({ name, source: `env ${name}` })

export const environmentSource = (env: Environment): Source =>
  textSource(env, (key, setting) => namesOf(key, setting).map(variableOf), ofEnvironment)

/** Variables that other programs use, too: if two of them differ, the first one counts. */
export const plainSource = (env: Environment): Source =>
  textSource(
    env,
    (_, { plain = [] }) => plain.filter((name) => (env[name] ?? '') !== '').slice(0, 1),
    ofEnvironment,
  )

export const sectionSource = ({ file, name: section, keys }: Section): Source => ({
  names: namesOf,
  lookup: (key) => {
    if (!Object.hasOwn(keys, key)) return undefined
    const name = `${key} in ${file} [${section}]`
    const raw = rawOf(keys[key])
    if (E.isLeft(raw)) return E.left(`${name}: found ${raw.left}`)
    return isUnset(raw.right) ? undefined : E.right({ name, source: `file ${name}`, raw: raw.right })
  },
})

const same = (a: Raw, b: Raw): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The value of a setting from the first source that has it; left: what is wrong with it. */
export const find = (
  key: string,
  setting: Setting<unknown>,
  sources: { readonly flags: Source; readonly rest: readonly Source[] },
): E.Either<string, Found> | undefined => {
  for (const source of [sources.flags, ...sources.rest]) {
    const [first, second] = source.names(key, setting).flatMap((name) => source.lookup(name) ?? [])
    if (
      first &&
      second &&
      E.isRight(first) &&
      E.isRight(second) &&
      !same(first.right.raw, second.right.raw)
    ) {
      return E.left(
        `${first.right.name} and ${second.right.name} are two names of one setting, and their values differ; ` +
          'expected one of them, or the same value in both',
      )
    }
    if (first) return first
  }
  return undefined
}
