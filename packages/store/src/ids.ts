import { randomUUID } from "node:crypto";

/** A UUIDv7: ids made later sort later, to the millisecond. */
export function newId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  // What follows the version's digit in a UUIDv4 is random but for the variant, which both have.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
