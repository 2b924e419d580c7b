export const EXEC = 'exec'
export const EXEC_USAGE =
  `${EXEC} [run|serve] [--invoke NAME|'NAME(WAVE, …)'] [--env K[=V]] [--dir HOST[::GUEST]] ` +
  `[--addr HOST:PORT] FILE [ARGS…]`
export const EXEC_MEANING = `The command \`${EXEC}\` runs one, as wasmtime does.`
