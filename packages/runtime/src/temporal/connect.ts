import type { Store } from "@mainspring/store";
import { Client, Connection } from "@temporalio/client";
import { dataConverter } from "./data-converter.ts";

/** Where runs execute: by these two and nothing else. */
export interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
  /** Whether payloads leave sealed under their tenant's key. Sealed ones are read in any case. */
  readonly sealsPayloads?: boolean;
}

export function temporalFromEnvironment(env: NodeJS.ProcessEnv): TemporalPlace {
  return {
    address: env["TEMPORAL_ADDRESS"] ?? "127.0.0.1:7233",
    namespace: env["TEMPORAL_NAMESPACE"] ?? "default",
    sealsPayloads: sealsPayloads(env),
  };
}

/** On, unless it is development. @throws Error that names the variable */
function sealsPayloads(env: NodeJS.ProcessEnv): boolean {
  const asked = env["MAINSPRING_ENCRYPT_PAYLOADS"] ?? (env["MAINSPRING_DEV"] === "1" ? "off" : "on");
  if (asked === "on" || asked === "off") return asked === "on";
  throw new Error(`MAINSPRING_ENCRYPT_PAYLOADS is ${asked}: set it to on or off`);
}

/** A client that connects when it is first used, so that a server starts, and says what is wrong, while Temporal is away. */
export function temporalClient(store: Store, place: TemporalPlace): Client {
  const connection = Connection.lazy({ address: place.address, connectTimeout: "2 seconds" });
  return new Client({ connection, namespace: place.namespace, dataConverter: dataConverter(store, place) });
}
