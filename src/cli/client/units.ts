const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'] as const

/** `12 bytes`, `1.5 MB`, in steps of a thousand. */
export const bytesText = (bytes: number): string => {
  if (bytes < 1000) return `${Math.round(bytes)} bytes`
  const step = Math.min(UNITS.length, Math.floor(Math.log10(bytes) / 3))
  return `${(bytes / 1000 ** step).toFixed(1)} ${UNITS[step - 1] ?? ''}`
}

/** `0.2 s`, `12 s`, `3 min`, `5 h`. */
export const timeText = (ms: number): string => {
  if (ms < 9950) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`
}
