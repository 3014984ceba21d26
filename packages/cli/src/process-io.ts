import type { Io } from "./context.ts";

/** Streams, environment and signals of this process. */
export function processIo(): Io {
  // A reader that has seen enough, such as `head`, closes the pipe: that is no failure.
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      // Who reads the result alone may well have closed the other.
      if (stream === process.stdout) process.exit();
    });
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    interrupted() {
      const controller = new AbortController();
      for (const signal of ["SIGINT", "SIGTERM"] as const)
        process.once(signal, () => controller.abort(new Error(`ended by ${signal}`)));
      return controller.signal;
    },
  };
}
