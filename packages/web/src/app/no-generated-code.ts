// Loaded before anything that loads zod. The pages may not make code from text (the server's content policy), and zod,
// which the HTTP contract is written in, would try so once to find out: the browser reports that as a violation.
declare global {
  var __zod_globalConfig: { jitless?: boolean } | undefined;
}

globalThis.__zod_globalConfig = { ...globalThis.__zod_globalConfig, jitless: true };

export {};
