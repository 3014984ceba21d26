import type { Handlers } from "../http/handler.ts";
import type { Services } from "../services.ts";

/** Longer than a healthy part needs, shorter than a probe waits. */
const probeTimeoutMs = 2_000;

export function healthHandlers({ store, runs, metrics, shutdown }: Services): Handlers<"health"> {
  return {
    live: async () => ({ status: 200, body: { ok: true } }),
    async ready() {
      const [postgres, temporal] = await Promise.all([probe(() => store.ready()), probe(() => runs.ready())]);
      const parts = {
        postgres,
        temporal,
        ...(shutdown.aborted ? { process: { ok: false, reason: "shutting down" } } : {}),
      };
      const isReady = Object.values(parts).every((part) => part.ok);
      return isReady ? { status: 200, body: { ok: true, parts } } : { status: 503, body: { ok: false, parts } };
    },
    metrics: async () => ({ status: 200, text: await metrics.text() }),
  };
}

type Part = { readonly ok: boolean; readonly reason?: string };

async function probe(ask: () => Promise<Part | void>): Promise<Part> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Part>((resolve) => {
    timer = setTimeout(() => resolve({ ok: false, reason: `no answer within ${probeTimeoutMs} ms` }), probeTimeoutMs);
  });
  try {
    return await Promise.race([ask().then((part) => part ?? { ok: true }), late]);
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
