import { hash } from "node:crypto";

const KEY = /^[0-9a-f]{16}$/;

/**
 * What the ledger holds of a signature: a digest, since a signature may hold a name that nobody else's eyes are for.
 * A key stays what it is, and so does none.
 */
export function ledgerKey(signature: string): string {
  return KEY.test(signature) || signature === ""
    ? signature
    : hash("sha256", signature, "hex").slice(0, 16);
}

/** The signature of each key of a ledger, as far as the data still has it. */
export function signaturesOf(
  keys: ReadonlySet<string>,
  signatures: Iterable<string>,
): Map<string, string> {
  const found = new Map<string, string>();
  if (keys.size === 0) return found;
  for (const signature of signatures) {
    const key = ledgerKey(signature);
    if (keys.has(key)) found.set(key, signature);
  }
  return found;
}
