/** Of one argument or variable: MAX_ARG_STRLEN of Linux, whose strings end with a NUL. */
export const MAX_TEXT_BYTES = 128 * 1024 - 1
/** Of all of them together, on Linux with a stack of the usual 8 MiB. */
export const MAX_ALL_BYTES = 2 * 1024 * 1024
