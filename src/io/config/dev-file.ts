import { isAbsolute, join } from 'node:path'

/**
 * Where `proplet dev` writes down how to reach it, for clients of the same user on the same machine; undefined where no
 * directory is known that is the user's own.
 */
export const devFile = (env: Readonly<Record<string, string | undefined>>): string | undefined => {
  const { XDG_STATE_HOME: state, HOME: home } = env
  if (state !== undefined && isAbsolute(state)) return join(state, 'proplet', 'dev.toml')
  return home !== undefined && isAbsolute(home)
    ? join(home, '.local', 'state', 'proplet', 'dev.toml')
    : undefined
}
