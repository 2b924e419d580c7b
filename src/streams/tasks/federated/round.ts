/** Longer digit sequences are not versions. */
const MAX_DIGITS = 18

/** The version of a model: N of `global_model_vN` in the last segment, else the digits at its end, else 0. */
export const modelVersionOf = (uri: string): string => {
  const segment = uri.slice(0, 4096).replace(/\/+$/, '').split('/').at(-1) ?? ''
  const digits = /global_model_v(\d+)/.exec(segment)?.[1] ?? /\d+$/.exec(segment)?.[0] ?? '0'
  return digits.length > MAX_DIGITS ? '0' : digits.replace(/^0+(?=\d)/, '')
}

/**
 * Text as one level of a topic: `/`, `+`, `#`, white space and control characters mean something to MQTT, `.`, `*` and `>` to
 * the broker behind it (it makes slashes of dots); they are percent-encoded, as is `%` itself.
 */
export const topicLevelOf = (text: string): string =>
  text.replace(/[/+#%.*>$\s\p{Cc}]/gu, (found) =>
    Array.from(
      new TextEncoder().encode(found),
      (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join(''),
  )
