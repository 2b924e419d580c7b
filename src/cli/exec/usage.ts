export const EXEC_USAGE =
  "exec [run|serve] [--invoke NAME|'NAME(WAVE, …)'] [--env K[=V]] [--dir HOST[::GUEST]] " +
  '[-S inherit-network,http,…] [--isolation process] [--addr HOST:PORT] FILE [ARGS…]'
