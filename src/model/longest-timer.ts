/**
 * The longest time a timer of Node.js can wait, in milliseconds: about 24.8 days. One with a longer delay
 * fires at once.
 */
export const LONGEST_TIMER_MS = 2 ** 31 - 1
