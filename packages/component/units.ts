const MEBIBYTE = 1024 * 1024

/** `64 MiB`, `1.5 MiB`, `300 KiB`, `12 bytes`. */
export function formatBytes(bytes: number): string {
  if (bytes >= MEBIBYTE) return `${trim(bytes / MEBIBYTE)} MiB`
  if (bytes >= 1024) return `${trim(bytes / 1024)} KiB`
  return `${bytes} bytes`
}

/** `5s`, `1.5s`, `250ms`. */
export function formatDuration(milliseconds: number): string {
  return milliseconds >= 1000 ? `${trim(milliseconds / 1000)}s` : `${milliseconds}ms`
}

/** Shortens and escapes text from outside for one line of an error. */
export function quote(text: string, maxLength = 60): string {
  return JSON.stringify(text.length > maxLength ? `${text.slice(0, maxLength)}…` : text)
}

function trim(value: number): string {
  return String(Number(value.toFixed(3)))
}
