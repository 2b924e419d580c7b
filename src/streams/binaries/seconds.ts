/** @example seconds(1500) // '1.5 s' */
export const seconds = (ms: number): string => `${ms / 1000} s`
