// `mainspring`: one command line, then this process ends.
import { enableCompileCache } from "node:module";

// Before anything else is loaded: from the second start on nothing is parsed again.
enableCompileCache();

const { runCommandLine } = await import("./program.ts");
const { processIo } = await import("./process-io.ts");

// Set, not called for: what was written must still be flushed.
process.exitCode = await runCommandLine(process.argv.slice(2), processIo());
