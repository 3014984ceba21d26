import type { Command } from "commander";
import { runProcess } from "../../processes/run-process.ts";
import { performs, type Program } from "../../verb.ts";

interface Options {
  readonly once?: true;
}

export function dev(program: Program, parent: Command): void {
  const command = parent
    .command("dev")
    .summary("start the whole stack on this machine")
    .description(
      "Start Postgres, Temporal, server, worker and web on this machine, run an example, and stay until Ctrl-C. The same as npm start.",
    )
    .option("--once", "end after the example, with its outcome as the exit code");
  performs<Options>(program, command, ({ io }, { once }) =>
    runProcess("packages/devstack/src/start/main.ts", once === true ? ["--once"] : [], io.env),
  );
}
