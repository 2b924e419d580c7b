/** Exit codes of commands, from sysexits where one fits. */
export const EXIT = {
  done: 0,
  /** The task failed. */
  failed: 1,
  /** A wrong command line (EX_USAGE). */
  usage: 64,
  /** Invalid input (EX_DATAERR). */
  data: 65,
  /** The input can't be read (EX_NOINPUT). */
  noInput: 66,
  /** No link to the broker (EX_UNAVAILABLE). */
  unavailable: 69,
  /** No answer in time (EX_TEMPFAIL). */
  timeout: 75,
  /** A wrong configuration (EX_CONFIG). */
  config: 78,
} as const
