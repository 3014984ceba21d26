import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";

export function codecHandlers({ codec }: Services): Handlers<"codec"> {
  return {
    decode: async ({ body, caller }) => ({
      status: 200,
      body: { payloads: await codec.decode(caller.tenantId, body.payloads) },
    }),
    encode: async ({ body, caller }) => ({
      status: 200,
      body: { payloads: await codec.encode(caller.tenantId, body.payloads) },
    }),
  };
}
