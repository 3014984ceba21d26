import type { TenantDeletionProof, TenantDeletionProgress } from "@mainspring/api";
import { Option, type Command } from "commander";
import { wholeNumber } from "../../input/numbers.ts";
import { exitCodes } from "../../exit-codes.ts";
import type { Output } from "../../output/output.ts";
import { fields } from "../../output/table.ts";
import { instantText } from "../../output/times.ts";
import { performs, type Program } from "../../verb.ts";

type Mode = TenantDeletionProof["mode"];

interface Options {
  readonly mode: Mode;
  readonly grace: number;
  readonly wait?: true;
}

const modes: readonly Mode[] = ["refuse", "cancel", "terminate"];
const graceMaxS = 86_400;
const askEveryMs = 1_000;

export function tenantsDelete(program: Program, parent: Command): void {
  const command = parent
    .command("delete")
    .summary("delete a tenant with all that it has")
    .description(
      "Delete a tenant: executions, rows, keys. What its audit log says stays, under pseudonyms. Interrupted, it goes on by itself, or when it is asked for again; of a deleted tenant the proof is shown again. Ends 1 when it is refused, because runs have not ended. Needs the platform's key.",
    )
    .argument("<id>", "the tenant's id")
    .addOption(new Option("--mode <mode>", "what becomes of runs under way").choices(modes).default("refuse"))
    .option("--grace <seconds>", "with cancel: what still runs then is terminated", wholeNumber(0, graceMaxS), 60)
    .option("--wait", "until it is deleted")
    .option("--platform-key <key>", "the platform's key");
  performs<Options>(program, command, async (context, { mode, grace, wait }, id = "") => {
    const { out } = context;
    const client = await context.platformClient();
    const ask = (): Promise<TenantDeletionProof | TenantDeletionProgress> =>
      client.platform.deleteTenant({ params: { id }, body: { mode, graceMs: grace * 1_000 } });
    let reply = await ask();
    while (reply.status === "deleting" && wait === true) {
      out.progress(`${reply.openRuns} runs have not ended, stage ${reply.stage}`);
      await new Promise((resolve) => setTimeout(resolve, askEveryMs));
      reply = await ask();
    }
    const shown = reply;
    out.result(shown, () => (shown.status === "deleted" ? proofLines(shown, out) : progressLines(shown, out)));
    return exitCodes.ok;
  });
}

function proofLines(proof: TenantDeletionProof, out: Output): string[] {
  const { executions, tables, audit } = proof;
  const sum = (of: (one: (typeof tables)[number]) => number): number => tables.reduce((n, one) => n + of(one), 0);
  return fields(
    [
      ["tenant", proof.tenantId],
      ["deleted", instantText(proof.completedAt)],
      ["runs", `${executions.canceled} cancelled, ${executions.terminated} terminated, ${executions.open} open`],
      [
        "in Temporal",
        `${executions.removed} histories and ${executions.schedules} schedules removed${leftText(executions.left)}`,
      ],
      ["keys erased", String(proof.keysErased)],
      ["rows", `${sum(({ deleted }) => deleted)} deleted in ${tables.length} tables, ${sum(({ left }) => left)} left`],
      ["audit", `${audit.kept} entries kept, ${audit.pseudonymised} under pseudonyms`],
    ],
    out.paint,
  );
}

function leftText(left: TenantDeletionProof["executions"]["left"]): string {
  return left === undefined ? "" : `, ${left.histories} histories and ${left.schedules} schedules left`;
}

function progressLines(progress: TenantDeletionProgress, out: Output): string[] {
  return fields(
    [
      ["tenant", progress.tenantId],
      ["being deleted", `stage ${progress.stage}`],
      ["open runs", String(progress.openRuns)],
      ["terminated at", progress.mode === "cancel" ? instantText(progress.graceEndsAt) : undefined],
    ],
    out.paint,
  );
}
