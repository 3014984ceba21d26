import { canonicalJson, isJsonObject, type Json, type ValueReference } from "@mainspring/core";
import { getBlob, putBlob, type TenantDb } from "@mainspring/store";

/** Values over this size stand in the journal as references. */
export const journalValueMaxBytes = 1024;
/** An action's larger output becomes an opaque reference that can only be passed on. */
export const valueMaxBytes = 256 * 1024;

/** Whether the journal names a value instead of holding it. Asked first, so that a small one costs no transaction. */
export function needsReference(value: Json): boolean {
  return Buffer.byteLength(JSON.stringify(value)) > journalValueMaxBytes;
}

/** The reference under which the journal names a value over 1 KiB, stored first; undefined for a smaller one. */
export async function referenceOf(db: TenantDb, value: Json): Promise<ValueReference | undefined> {
  if (!needsReference(value)) return undefined;
  const bytes = Buffer.from(canonicalJson(value), "utf8");
  return { hash: await putBlob(db, bytes), bytes: bytes.length };
}

/** `http.request` keeps status and headers: its body alone is replaced. */
export async function withinLimit(db: TenantDb, output: Json): Promise<Json> {
  const bytes = Buffer.byteLength(canonicalJson(output));
  if (bytes <= valueMaxBytes) return output;
  if (isJsonObject(output) && "body" in output && "status" in output)
    return { ...output, body: await blobOf(db, output["body"] as Json) };
  return blobOf(db, output);
}

/** An action that is given a reference receives the value. */
export async function withBlobs(db: TenantDb, input: Json): Promise<Json> {
  if (Array.isArray(input)) return Promise.all(input.map((item) => withBlobs(db, item as Json)));
  if (!isJsonObject(input)) return input;
  const hash = input["$blob"];
  if (typeof hash === "string") {
    const bytes = await getBlob(db, hash);
    if (bytes === undefined) throw new Error(`Blob ${hash} is missing: restore it`);
    return JSON.parse(Buffer.from(bytes).toString("utf8")) as Json;
  }
  const entries = await Promise.all(
    Object.entries(input).map(async ([key, value]) => [key, await withBlobs(db, value as Json)] as const),
  );
  return Object.fromEntries(entries);
}

export function holdsBlob(input: Json): boolean {
  if (Array.isArray(input)) return input.some((item) => holdsBlob(item as Json));
  if (!isJsonObject(input)) return false;
  return typeof input["$blob"] === "string" || Object.values(input).some((value) => holdsBlob(value as Json));
}

async function blobOf(db: TenantDb, value: Json): Promise<Json> {
  const bytes = Buffer.from(canonicalJson(value), "utf8");
  return {
    $blob: await putBlob(db, bytes),
    bytes: bytes.length,
    contentType: typeof value === "string" ? "text/plain" : "application/json",
  };
}
