import { isAbsolute, join } from 'node:path'

/**
 * The file in which `proplet dev` tells clients of the same user and machine how to connect; undefined if there is no
 * directory that only this user can write to.
 */
export const devFile = (env: Readonly<Record<string, string | undefined>>): string | undefined => {
  const { XDG_STATE_HOME: state, HOME: home } = env
  if (state !== undefined && isAbsolute(state)) return join(state, 'proplet', 'dev.toml')
  return home !== undefined && isAbsolute(home)
    ? join(home, '.local', 'state', 'proplet', 'dev.toml')
    : undefined
}
