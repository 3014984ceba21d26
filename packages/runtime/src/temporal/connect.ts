import type { Store } from "@mainspring/store";
import { Client, Connection } from "@temporalio/client";
import { dataConverter } from "./data-converter.ts";
import { storeBlobs } from "./store-blobs.ts";

/** Where runs execute: by these two and nothing else. */
export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
}

export function temporalFromEnvironment(env: NodeJS.ProcessEnv): TemporalPlace {
  return { address: env["TEMPORAL_ADDRESS"] ?? "127.0.0.1:7233", namespace: env["TEMPORAL_NAMESPACE"] ?? "default" };
}

/** A client that connects when it is first used, so that a server starts, and says what is wrong, while Temporal is away. */
export function temporalClient(store: Store, place: TemporalPlace): Client {
  const connection = Connection.lazy({ address: place.address, connectTimeout: "2 seconds" });
  return new Client({ connection, namespace: place.namespace, dataConverter: dataConverter(storeBlobs(store)) });
}
