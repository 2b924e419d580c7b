/** Copying this many bytes costs less than another write. */
const SMALL_BYTES = 16 * 1024

/** The same bytes in fewer parts: small ones in a row are copied into one, and large ones stay as they are. */
export const mergeSmall = (parts: readonly Uint8Array[]): readonly Uint8Array[] => {
  const merged: Uint8Array[] = []
  let small: Uint8Array[] = []
  const end = () => {
    const [first] = small
    if (first !== undefined) merged.push(small.length === 1 ? first : Buffer.concat(small))
    small = []
  }
  for (const part of parts) {
    if (part.length <= SMALL_BYTES) small.push(part)
    else {
      end()
      merged.push(part)
    }
  }
  end()
  return merged
}
