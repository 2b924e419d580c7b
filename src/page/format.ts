const THIN = ' '

/** Three significant digits: `12.3 ms`. */
const digits = (value: number): string => {
  if (value === 0) return '0'
  if (value < 0.1) return value.toFixed(2)
  if (value < 10) return value.toFixed(value < 1 ? 2 : 1)
  return value.toFixed(0)
}

/** Formats a duration in milliseconds. */
export const duration = (ms: number): string => {
  if (ms < 1000) return `${digits(Math.max(0, ms))}${THIN}ms`
  const seconds = ms / 1000
  if (seconds < 60) return `${seconds.toFixed(1)}${THIN}s`
  const whole = Math.floor(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)}${THIN}min ${whole % 60}${THIN}s`
  if (whole < 86_400)
    return `${Math.floor(whole / 3600)}${THIN}h ${Math.floor((whole % 3600) / 60)}${THIN}min`
  return `${Math.floor(whole / 86_400)}${THIN}d ${Math.floor((whole % 86_400) / 3600)}${THIN}h`
}

/** Formats elapsed time in whole seconds. */
export const elapsed = (ms: number): string =>
  ms < 60_000 ? `${Math.max(0, Math.floor(ms / 1000))}${THIN}s` : duration(ms)

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const

export const bytes = (value: number): string => {
  const power = value < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(value) / 3))
  const scaled = value / 1000 ** power
  return `${power === 0 || scaled >= 100 ? scaled.toFixed(0) : scaled.toFixed(1)}${THIN}${UNITS[power] ?? ''}`
}

export const percent = (value: number): string =>
  `${value < 10 ? value.toFixed(1) : value.toFixed(0)}${THIN}%`

export const count = (value: number): string => value.toLocaleString('en').replaceAll(',', THIN)

const DIRECTIONS = /[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f]/g
const PICTURES = 0x2400
const PICTURE_OF_DELETE = 0x2421

/**
 * Untrusted text, with invisible characters and those that change its direction made visible. Line ends and tabs stay.
 */
export const visible = (text: string): string =>
  text.replace(DIRECTIONS, '\ufffd').replace(CONTROLS, (found) => {
    const code = found.charCodeAt(0)
    return String.fromCharCode(code === 0x7f ? PICTURE_OF_DELETE : PICTURES + code)
  })

/** The same on one line. */
export const oneLine = (text: string): string =>
  visible(
    text
      .trim()
      .replace(/\s*\n\s*/g, ' ⏎ ')
      .replaceAll('\t', ' '),
  )
