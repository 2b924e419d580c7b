import { HostError } from './errors.js'

/** Arguments and environment as a guest gets them: UTF-8, no NUL inside. */
export type Environment = {
  readonly args: readonly string[]
  readonly variables: readonly (readonly [string, string])[]
}

/** EINVAL, naming which one (never its value), when something can't be passed on. */
export function toEnvironment(args: readonly string[], env: Readonly<Record<string, string>>): Environment {
  args.forEach((arg, index) => {
    if (arg.includes('\0')) throw new HostError('EINVAL', `argument ${index}: expected text without NUL`)
  })
  const variables = Object.entries(env)
  variables.forEach(([name, value], index) => {
    if (name === '' || name.includes('=') || name.includes('\0')) {
      throw new HostError('EINVAL', `environment variable ${index}: expected a name without "=" and NUL`)
    }
    if (value.includes('\0')) {
      throw new HostError('EINVAL', `environment variable ${name}: expected a value without NUL`)
    }
  })
  return { args, variables }
}
