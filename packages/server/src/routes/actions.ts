import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";

export function actionHandlers({ catalogue }: Services): Handlers<"actions"> {
  return {
    list: async () => ({ status: 200, body: { items: [...catalogue], nextCursor: null } }),
  };
}
