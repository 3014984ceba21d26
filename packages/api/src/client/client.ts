import type { JournalEntry } from "@mainspring/core";
import { contract } from "../contract.ts";
import type { Contract } from "../contract.ts";
import type { Route } from "../route.ts";
import { callRoute } from "./request.ts";
import type { CallArguments, CallResult, ClientOptions } from "./request.ts";
import { streamRun } from "./run-stream.ts";
import type { StreamOptions } from "./run-stream.ts";

type Call<R extends Route> =
  Record<never, never> extends CallArguments<R>
    ? (given?: CallArguments<R>) => Promise<CallResult<R>>
    : (given: CallArguments<R>) => Promise<CallResult<R>>;

type Calls = {
  readonly [N in keyof Contract]: {
    readonly [K in keyof Contract[N]]: Contract[N][K] extends Route ? Call<Contract[N][K]> : never;
  };
};

/** One method per route of the contract, `client.<noun>.<name>({ params, query, body, ... })`; streams are iterators. */
export type Client = Omit<Calls, "runs"> & {
  readonly runs: Omit<Calls["runs"], "stream"> & {
    /** @see streamRun */
    readonly stream: (runId: string, options?: StreamOptions) => AsyncGenerator<JournalEntry, void, undefined>;
  };
};

/** A client of one server, with one key. Works in browsers and in Node. */
export function createClient(options: ClientOptions): Client {
  const nouns = Object.entries(contract).map(([noun, routes]) => {
    const calls = Object.entries(routes).map(([name, route]) => [
      name,
      (given: object = {}) => callRoute(options, route as Route, given),
    ]);
    return [noun, Object.fromEntries(calls)];
  });
  const client = Object.fromEntries(nouns) as { runs: { stream: unknown } };
  client.runs.stream = (runId: string, stream?: StreamOptions) => streamRun(options, runId, stream);
  return client as unknown as Client;
}
