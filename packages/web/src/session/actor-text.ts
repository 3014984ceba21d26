import { shortId } from "../parts/copy-id.tsx";

/**
 * Who did something, for people: `api-key:<id>` and its like are shortened as ids are everywhere.
 * @param keyId of who reads it
 */
export function actorText(actor: string, keyId?: string): string {
  const [, kind, id] = /^([a-z-]+):([0-9a-f-]{36})$/.exec(actor) ?? [];
  if (kind === undefined || id === undefined) return actor;
  return id === keyId ? "you" : `${kind.replace("api-key", "API key")} #${shortId(id)}`;
}
