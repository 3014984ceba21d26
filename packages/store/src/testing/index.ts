// For integration tests of every package: databases cloned from a template, about 30 ms each.

export { clonedDatabase } from "./cloned-database.ts";
export type { ClonedDatabase } from "./cloned-database.ts";
export { asOwner } from "./as-owner.ts";
