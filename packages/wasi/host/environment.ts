import { HostError } from './errors.js'

/** Arguments and environment in the form for a guest: without NUL, and encodable as UTF-8. */
export type Environment = {
  readonly args: readonly string[]
  readonly variables: readonly (readonly [string, string])[]
}

/** EINVAL, which names the invalid argument or variable (never its value). */
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

/** An encoder would silently replace a lone surrogate by U+FFFD. */
const isUnicode = (text: string): boolean => !/\p{Surrogate}/u.test(text)
