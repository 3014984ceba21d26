import { randomUUID } from "node:crypto";
import type { Json } from "@mainspring/core";
import type { Command } from "commander";
import { CliError, usageError } from "../../cli-error.ts";
import { findDevStack } from "../../connection/dev-json.ts";
import type { Io } from "../../context.ts";
import { exitCodes } from "../../exit-codes.ts";
import { jsonArgument } from "../../input/json-argument.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly key?: string;
  readonly payload?: string;
  readonly id?: string;
  readonly source: string;
  readonly run?: string;
  readonly user?: string;
  readonly stream?: true;
  readonly tenant?: string;
}

export function eventsSend(program: Program, parent: Command): void {
  const command = parent
    .command("send")
    .summary("send an event")
    .description("Send an event. It is stored when the command ends, and goes to the runs that wait for it.")
    .argument("<name>", "such as payment.received")
    .option("-k, --key <key>", "the correlation key by which a waiting run is found")
    .option("-p, --payload <json>", "the payload: JSON, @file, or @- for standard input")
    .option("--id <id>", "the event's id at its source: sent again, it counts once; left out: a new one")
    .option("--source <source>", "who says so", "cli")
    .option("--run <id>", "only this run may take it")
    .option("--user <id>", "on whose behalf")
    .option("--stream", "put it into the tenant's Redis stream at REDIS_URL, from which a worker takes it")
    .option("--tenant <id>", "with --stream: whose event it is; left out: the running stack's demo tenant");
  performs<Options>(program, command, async (context, options, name = "") => {
    const { out } = context;
    const payload =
      options.payload === undefined ? undefined : await jsonArgument("--payload", options.payload, context.io);
    const { key: correlationKey, id = randomUUID(), source, run: runId, user: userId } = options;
    if (options.stream === true) {
      const published = await publish(context.io, options.tenant, {
        name,
        id,
        source,
        payload,
        correlationKey,
        runId,
        userId,
      });
      out.result({ ...published, source }, () => [
        `${out.paint("green", "✓")} published  ${published.stream} ${published.entryId}  (${source} ${id})`,
      ]);
      return;
    }
    const client = await context.client();
    const accepted = await client.events.accept({ body: { name, id, source, payload, correlationKey, runId, userId } });
    const receipt = Array.isArray(accepted) ? accepted[0] : accepted;
    out.result({ ...receipt, id, source }, () => [
      `${out.paint("green", "✓")} ${receipt?.duplicate === true ? "known already" : "accepted"}  event ${receipt?.eventId ?? ""}  (${source} ${id})`,
    ]);
  });
}

interface Published {
  readonly id: string;
  readonly stream: string;
  readonly entryId: string;
}

/** Redis has it when this resolves; it is accepted when a worker has taken it from there. */
async function publish(
  io: Io,
  tenant: string | undefined,
  event: {
    readonly name: string;
    readonly id: string;
    readonly source: string;
    readonly payload: Json | undefined;
    readonly correlationKey: string | undefined;
    readonly runId: string | undefined;
    readonly userId: string | undefined;
  },
): Promise<Published> {
  const stack = findDevStack(io.cwd, io.env);
  const url = io.env["REDIS_URL"] || stack?.redisUrl;
  if (url === undefined)
    throw usageError(
      "No Redis is known.",
      "Set REDIS_URL, such as to redis://127.0.0.1:6379, or send without --stream.",
    );
  const tenantId = tenant ?? io.env["MAINSPRING_TENANT_ID"] ?? stack?.tenantId;
  if (tenantId === undefined) throw usageError("Whose event is it?", "Give --tenant <id>.");
  const { openEventPublisher, streamDefaults } = await import("@mainspring/devstack/publisher");
  const prefix = io.env["WORKFLOW_REDIS_STREAM_PREFIX"] || streamDefaults.prefix;
  const publisher = await openEventPublisher({ url, prefix }).catch((error: unknown) => {
    const reason = error instanceof Error && error.message !== "" ? error.message : "no connection";
    throw new CliError(
      "UNREACHABLE",
      `Redis at ${url} does not answer: ${reason}`,
      "Check REDIS_URL.",
      exitCodes.unreachable,
    );
  });
  try {
    const { name, id, source, payload, correlationKey, runId, userId } = event;
    return await publisher.publish({
      name,
      id,
      source,
      tenantId,
      ...(payload === undefined ? {} : { payload }),
      ...(correlationKey === undefined ? {} : { correlationKey }),
      ...(runId === undefined ? {} : { runId }),
      ...(userId === undefined ? {} : { userId }),
    });
  } finally {
    publisher.close();
  }
}
