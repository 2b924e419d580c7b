import { DownloadError } from '../../model/download.js'

const BACKOFF_MS = 1000
const MAX_BACKOFF_MS = 30_000
/** Upper bound for a delay that the peer asks for. */
const MAX_RETRY_AFTER_MS = 60_000

/** Milliseconds until the next attempt after this many consecutive failures; `random` is uniform in [0, 1). */
export const attemptDelay = (error: unknown, failures: number, random: () => number): number => {
  const ceiling = Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** (failures - 1))
  const asked = error instanceof DownloadError ? (error.retryAfterMs ?? 0) : 0
  return Math.max(ceiling / 2 + (random() * ceiling) / 2, Math.min(asked, MAX_RETRY_AFTER_MS))
}
