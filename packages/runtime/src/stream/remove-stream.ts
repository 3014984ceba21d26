import { connectOnce, endRedis, openRedis } from "./connection.ts";
import type { StreamSettings } from "./settings.ts";

/**
 * Removes a tenant's stream with what is still in it.
 * @returns whether there was one
 * @throws Error when Redis cannot be reached
 */
export async function removeStream(
  settings: Pick<StreamSettings, "url" | "prefix">,
  tenantId: string,
): Promise<boolean> {
  const client = await openRedis(settings.url, () => undefined);
  try {
    await connectOnce(client);
    return (await client.unlink(settings.prefix + tenantId)) > 0;
  } finally {
    endRedis(client);
  }
}
