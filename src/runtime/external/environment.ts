/** The environment of a runtime process that executes nothing of the task, whatever its variables are called. */
export type RuntimeEnvironment = {
  /** The environment of the runtime's process. */
  readonly env: Readonly<Record<string, string>>
  /** Options that pass the task's variables to the guest. */
  readonly options: readonly string[]
}

/**
 * Names that loaders, shells and language runtimes interpret: in its environment, they could make the runtime itself
 * execute code of the task. So they are passed on the command line, with their values.
 */
const ACTED_UPON = new RegExp(
  [
    String.raw`^(?:LD|DYLD|_?JAVA|JDK|PERL|PERL5|LUA|XDG|LC|GCONV|GLIBC|MALLOC|RES|RUST|WASMTIME|WASMER|WASMEDGE|WAMR|UV)_`,
    String.raw`^NODE_(?!AUTH_)`,
    String.raw`^(?:PYTHON|RUBY|BASH|OPENSSL_|SSL_CERT|SSLKEYLOG|TERMINFO)`,
    String.raw`^(?:CDPATH|ENV|GLOBIGNORE|HOME|HOSTALIASES|IFS|LANG|LANGUAGE|LOCALDOMAIN|LOCPATH|NLSPATH|OLDPWD|PATH|PERL5\w+|PERLLIB|PS4|PWD|SHELL|SHELLOPTS)$`,
    String.raw`^(?:TEMP|TEMPDIR|TERM|TMP|TMPDIR|TZ|TZDIR)$`,
    '%%$',
  ].join('|'),
  'i',
)

/**
 * Splits the variables of a task. Normally their values are in the environment of the runtime, and options pass them on
 * by name, because every user of the machine can read command lines.
 */
export function toRuntimeEnvironment(
  taskEnv: Readonly<Record<string, string>>,
  base: Readonly<Record<string, string>>,
): RuntimeEnvironment {
  const variables = Object.entries(taskEnv)
  const inherited = variables.filter(([name]) => !ACTED_UPON.test(name))
  return {
    env: { ...Object.fromEntries(inherited), ...base },
    options: variables.flatMap(([name, value]) => [
      '--env',
      ACTED_UPON.test(name) ? `${name}=${value}` : name,
    ]),
  }
}
