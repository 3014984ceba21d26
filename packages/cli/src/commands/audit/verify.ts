import type { AuditVerificationReply } from "@mainspring/api";
import type { Command } from "commander";
import { usageError } from "../../cli-error.ts";
import { exitCodes } from "../../exit-codes.ts";
import type { Output } from "../../output/output.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly head?: string;
  readonly tenant?: string;
}

export function auditVerify(program: Program, parent: Command): void {
  const command = parent
    .command("verify")
    .summary("recompute the audit log's chain of hashes")
    .description(
      "Find entries of the audit log that were altered, removed, put in or moved. It prints the head of the chain: kept elsewhere and given with --head, it shows later whether the whole chain was made anew. Ends 1 when something is wrong. Needs an administrator's key.",
    )
    .option("--head <seq:hash>", "an entry as an earlier verification printed it")
    .option("--tenant <id>", "of this tenant, deleted ones too; needs the platform's key")
    .option("--platform-key <key>", "the platform's key");
  performs<Options>(program, command, async (context, { head, tenant }) => {
    const { out } = context;
    const query = head === undefined ? {} : anchorOf(head);
    const found =
      tenant === undefined
        ? await (await context.client()).audit.verify({ query })
        : await (await context.platformClient()).platform.verifyAudit({ params: { id: tenant }, query });
    out.result(found, () => lines(found, out));
    return found.valid ? exitCodes.ok : exitCodes.failed;
  });
}

function anchorOf(head: string): { readonly seq: number; readonly hash: string } {
  const [, seq = "", hash = ""] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(head) ?? [];
  if (seq === "")
    throw usageError(`${head} is no head of a chain.`, "Give what audit verify printed: <number>:<hash>.");
  return { seq: Number(seq), hash };
}

const meanings: { readonly [F in AuditVerificationReply["faults"][number]["fault"]]: string } = {
  altered: "says something else than it did",
  missing: "is gone",
  unlinked: "does not follow the one before it: put in, moved, or that one was rewritten",
  rewritten: "is not the entry whose hash was kept elsewhere",
};

function lines({ valid, entries, head, pseudonymised, faults }: AuditVerificationReply, out: Output): string[] {
  const count = `${entries} entries${pseudonymised === 0 ? "" : `, ${pseudonymised} of them under pseudonyms`}`;
  return [
    valid
      ? `${out.paint("green", "✓")} the chain holds: ${count}`
      : `${out.paint("red", "✗")} the chain is broken: ${count}`,
    ...faults.map(({ seq, fault }) => `  entry ${seq} ${meanings[fault]}`),
    `head ${head.seq}:${head.hash}`,
  ];
}
