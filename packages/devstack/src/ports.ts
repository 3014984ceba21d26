// Free ports of the loopback interface. Between asking for a free port and listening on it another stack may ask too,
// and would then take the first one's server for its own: so whoever is given a port claims it in a file.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { identify, isAlive, type ProcessIdentity } from "./processes.ts";

const loopback = "127.0.0.1";
const claims = join(tmpdir(), "mainspring-ports");
/** Below the ports that systems give to outgoing connections, any of which may be in use at any moment. */
const range = { from: 20_000, to: 30_000 };
const tries = 300;

/** `preferred` when it is free, else one that ends in the same digit; without a preference any. It is ours while we live. */
export async function freePort(preferred?: number): Promise<number> {
  const first = preferred ?? range.from + Math.floor(Math.random() * (range.to - range.from));
  const step = preferred === undefined ? 1 : 10;
  for (let port = first; port < first + tries * step; port += step) {
    if (claim(port) && (await isFree(port))) return port;
  }
  throw new Error(`None of ${tries} ports from ${first} on is free`);
}

/** True when nobody listens there. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host: loopback, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** False when another living process holds the port. Where the folder cannot be written, ports are not claimed. */
function claim(port: number): boolean {
  const file = join(claims, String(port));
  const me = JSON.stringify(identify(process.pid));
  try {
    if (mkdirSync(claims, { recursive: true }) !== undefined) chmodSync(claims, 0o1777); // every user's
    writeFileSync(file, me, { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") return true;
  }
  if (holderLives(file)) return false;
  try {
    rmSync(file);
    writeFileSync(file, me, { flag: "wx" });
    return true;
  } catch {
    return false; // another one was faster, or it is another user's file
  }
}

function holderLives(file: string): boolean {
  try {
    return isAlive(JSON.parse(readFileSync(file, "utf8")) as ProcessIdentity);
  } catch {
    return true; // just being written
  }
}
