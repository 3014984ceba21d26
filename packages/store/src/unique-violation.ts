// https://www.postgresql.org/docs/current/errcodes-appendix.html
const uniqueViolation = "23505";

/** Whether a statement failed because another row has what only one may have, such as an idempotency key. */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === uniqueViolation;
}
