/**
 * Guards the key folder's own key with one that is kept elsewhere. Asked at a start only. A service for key management may do it:
 * `what` is then its encryption context. Failures are MeshErrors that say what to do.
 */
export interface KeyProvider {
  /** The key, encrypted, with `what` it is as associated data. At most 64 KiB. */
  wrap(key: Buffer, what: string): Promise<Buffer>;
  /** The key. CONFIG_INVALID if it was wrapped by another provider's key, or as something else. */
  unwrap(wrapped: Buffer, what: string): Promise<Buffer>;
}
