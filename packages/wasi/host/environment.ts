import { HostError } from './errors.js'

/** Arguments and environment as a guest gets them: no NUL inside, and nothing that UTF-8 has no bytes for. */
export type Environment = {
  readonly args: readonly string[]
  readonly variables: readonly (readonly [string, string])[]
}

/** EINVAL, naming which one (never its value), when something can't be passed on. */
export function toEnvironment(args: readonly string[], env: Readonly<Record<string, string>>): Environment {
  args.forEach((arg, index) => {
    if (arg.includes('\0')) throw new HostError('EINVAL', `argument ${index}: expected text without NUL`)
    if (!isUnicode(arg)) throw new HostError('EINVAL', `argument ${index}: ${NOT_UNICODE}`)
  })
  const variables = Object.entries(env)
  variables.forEach(([name, value], index) => {
    if (name === '' || name.includes('=') || name.includes('\0')) {
      throw new HostError('EINVAL', `environment variable ${index}: expected a name without "=" and NUL`)
    }
    if (!isUnicode(name)) throw new HostError('EINVAL', `environment variable ${index}: ${NOT_UNICODE}`)
    if (!isUnicode(value)) throw new HostError('EINVAL', `environment variable ${name}: ${NOT_UNICODE}`)
    if (value.includes('\0')) {
      throw new HostError('EINVAL', `environment variable ${name}: expected a value without NUL`)
    }
  })
  return { args, variables }
}

const NOT_UNICODE = 'expected Unicode text, found half of a surrogate pair'

/** An encoder would put U+FFFD in the place of a lone surrogate without a word. */
const isUnicode = (text: string): boolean => !/\p{Surrogate}/u.test(text)
