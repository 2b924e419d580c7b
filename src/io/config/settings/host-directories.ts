import { isAbsolute, join } from 'node:path'
import type { HostFacts } from './setting.js'

const absolute = (found: string | undefined): found is string => found !== undefined && isAbsolute(found)

/** Our directory under the XDG base directory `variable`, else under the home directory, else under the temporary one. */
export const under =
  (variable: string, homePath: readonly string[], name: readonly string[]) =>
  ({ env, tempDirectory }: HostFacts): string => {
    const base = env[variable]
    const home = env['HOME']
    if (absolute(base)) return join(base, ...name)
    return absolute(home) ? join(home, ...homePath, ...name) : join(tempDirectory, ...name)
  }

/** The file that docker reads by default. */
export const dockerConfig = ({ env, tempDirectory }: HostFacts): string => {
  const [own, home] = [env['DOCKER_CONFIG'], env['HOME']]
  if (absolute(own)) return join(own, 'config.json')
  return join(absolute(home) ? home : tempDirectory, '.docker', 'config.json')
}
