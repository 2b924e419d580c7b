export const EXEC_USAGE =
  "exec [run|serve] [--invoke NAME|'NAME(WAVE, …)'] [--env K[=V]] [--dir HOST[::GUEST]] " +
  '[--addr HOST:PORT] FILE [ARGS…]'
