import type { Command } from "commander";
import { runProcess } from "../../processes/run-process.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly json?: boolean;
}

export function migrate(program: Program, parent: Command): void {
  const command = parent
    .command("migrate")
    .summary("bring the database's tables up to this release")
    .description(
      "Create the roles that are missing and apply the migrations that the database of OWNER_DATABASE_URL has not seen. The roles may log in with the passwords that stand in DATABASE_URL, DISPATCHER_DATABASE_URL and RECONCILER_DATABASE_URL. Safe to run by several at the same time.",
    );
  performs<Options>(program, command, ({ io }, { json }) =>
    runProcess("packages/store/src/migrate/main.ts", json === true ? ["--json"] : [], io.env),
  );
}
