import type { Command } from "commander";
import { runProcess } from "../../processes/run-process.ts";
import { performs, type Program } from "../../verb.ts";

export function server(program: Program, parent: Command): void {
  const command = parent
    .command("server")
    .summary("run a server process")
    .description("Run a server in the foreground. Its settings come from the environment; it says which are missing.");
  performs(program, command, ({ io }) => runProcess("packages/server/src/main.ts", [], io.env));
}
