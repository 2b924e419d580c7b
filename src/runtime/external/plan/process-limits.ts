/** Maximum bytes of one argument or variable: MAX_ARG_STRLEN of Linux, including the NUL. */
export const MAX_TEXT_BYTES = 128 * 1024 - 1
/** Maximum bytes of all of them, on Linux with the usual stack of 8 MiB. */
export const MAX_ALL_BYTES = 2 * 1024 * 1024
