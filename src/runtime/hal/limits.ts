const MIB = 2 ** 20

/** Maximum bytes of a stored object. */
export const MAX_OBJECT_BYTES = 16 * MIB
/** Maximum bytes of UTF-8. */
export const MAX_CONTAINER_NAME_BYTES = 255
export const MAX_KEY_BYTES = 1024
/** Maximum bytes of a message to another task. */
export const MAX_MESSAGE_BYTES = MIB
/** Maximum bytes of a task identifier. */
export const MAX_RECIPIENT_BYTES = 1024
/** Maximum bytes that an attestation binds. */
export const MAX_REPORT_DATA_BYTES = 64
/** Maximum bytes of one call of `random`. */
export const MAX_RANDOM_BYTES = MIB
/** Maximum bytes of one `receive` of a socket. */
export const MAX_RECEIVE_BYTES = MIB
/** Sockets per instance. */
export const MAX_SOCKETS = 64
/** Crypto contexts per instance. */
export const MAX_CONTEXTS = 1024
/** Event subscriptions per instance, and waiting events per subscription. */
export const MAX_SUBSCRIPTIONS = 16
export const MAX_WAITING_EVENTS = 256
/** Allocations per task. */
export const MAX_ALLOCATIONS = 1024
/** Waiting messages per task. */
export const MAX_WAITING_MESSAGES = 64
/** Keys in one answer to `list-objects`; the guest's side requests further ones. */
export const KEYS_PER_PAGE = 1000
