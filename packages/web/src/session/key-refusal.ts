import { ApiProblem, ApiUnreachable } from "@mainspring/api";
import { clientFor } from "./session.ts";

const unknownKey = "This key is not known. Check that it was copied whole.";

/** Why a key cannot be signed in with, for people; undefined: it can. */
export async function keyRefusal(apiKey: string): Promise<string | undefined> {
  if (apiKey === "") return "Enter an API key.";
  if (!/^[\x21-\x7e]+$/.test(apiKey)) return unknownKey; // it could not even be sent in a header
  try {
    await clientFor(apiKey).apiKeys.current();
    return undefined;
  } catch (error) {
    return refusalText(error);
  }
}

function refusalText(error: unknown): string {
  if (error instanceof ApiProblem && error.status === 401) return unknownKey;
  if (error instanceof ApiProblem && error.code === "TENANT_SUSPENDED")
    return "The tenant of this key is suspended. Ask the administrator of the platform.";
  if (error instanceof ApiProblem && error.status === 403)
    return "This key cannot be used here: it belongs to no tenant.";
  if (error instanceof ApiProblem) return `${error.detail} ${error.remedy}`;
  if (error instanceof ApiUnreachable) return "The server does not answer. Try again in a moment.";
  throw error;
}
