import { connect } from "node:net";

/**
 * True when a Postgres at this place is ready for sessions. Sends the first message of the protocol and reads the first
 * answer: anything but "the database system is starting up" (SQLSTATE 57P03) means that it serves.
 */
export function answersAsPostgres(place: { host: string; port: number }, timeoutMs = 1_000): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(place);
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutMs, () => settle(false));
    socket.once("error", () => settle(false));
    socket.once("close", () => settle(false));
    socket.once("connect", () => socket.write(startupMessage()));
    socket.once("data", (answer) => settle(!answer.includes("57P03")));
  });
}

/** Length, protocol 3.0, then pairs of name and value, each ended by a zero byte, and one more. */
function startupMessage(): Buffer {
  const parameters = Buffer.from("user\0postgres\0database\0postgres\0\0");
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + parameters.length, 0);
  head.writeInt32BE(3 << 16, 4);
  return Buffer.concat([head, parameters]);
}
