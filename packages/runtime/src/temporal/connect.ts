import type { Store } from "@mainspring/store";
import { Client, Connection } from "@temporalio/client";
import { traceStarts } from "../tracing/start-trace.ts";
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

/** On, unless it is development; in production not to be turned off. @throws Error that names the variable */
function sealsPayloads(env: NodeJS.ProcessEnv): boolean {
  const asked = env["MAINSPRING_ENCRYPT_PAYLOADS"] ?? (isDevelopment(env) ? "off" : "on");
  if (asked === "off" && env["NODE_ENV"] === "production")
    throw new Error(
      "MAINSPRING_ENCRYPT_PAYLOADS=off would leave payloads readable in Temporal, which NODE_ENV=production refuses: unset one of them.",
    );
  if (asked === "on" || asked === "off") return asked === "on";
  throw new Error(`MAINSPRING_ENCRYPT_PAYLOADS is ${asked}: set it to on or off`);
}

/** @throws Error where the environment says both development and production */
export function isDevelopment(env: NodeJS.ProcessEnv): boolean {
  if (env["MAINSPRING_DEV"] === "1" && env["NODE_ENV"] === "production")
    throw new Error("MAINSPRING_DEV=1 and NODE_ENV=production exclude each other: unset one of them.");
  return env["MAINSPRING_DEV"] === "1";
}

/** A client that connects when it is first used, so that a server starts, and says what is wrong, while Temporal is away. */
export function temporalClient(store: Store, place: TemporalPlace): Client {
  const connection = Connection.lazy({ address: place.address, connectTimeout: "2 seconds" });
  return new Client({
    connection,
    namespace: place.namespace,
    dataConverter: dataConverter(store, place),
    interceptors: { workflow: [traceStarts] },
  });
}
