import { createServer, type AddressInfo, type Socket } from "node:net";

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and content as they came. */
  readonly data: string;
  /** User and password, where the client signed in. */
  readonly signedIn: string | undefined;
}

export interface SmtpEndpoint {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** The reply to the next commands that begin so, instead of a friendly one. */
  replyTo(command: string, reply: string): void;
  close(): Promise<void>;
}

/** A mail server of few words (RFC 5321), which takes every mail, or refuses as it is told. */
export async function smtpEndpoint(): Promise<SmtpEndpoint> {
  const mails: ReceivedMail[] = [];
  const replies = new Map<string, string>();
  const server = createServer((socket) => talk(socket, mails, replies));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    replyTo: (command, reply) => void replies.set(command, reply),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function talk(socket: Socket, mails: ReceivedMail[], replies: Map<string, string>): void {
  let unread = "";
  let signedIn: string | undefined;
  let from = "";
  let to: string[] = [];
  let inData = false;
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  socket.on("error", () => {});
  socket.setEncoding("utf8").on("data", (text: string) => {
    unread += text;
    for (;;) {
      const end = inData ? unread.indexOf("\r\n.\r\n") : unread.indexOf("\r\n");
      if (end < 0) return;
      const piece = unread.slice(0, end);
      unread = unread.slice(end + (inData ? 5 : 2));
      if (inData) {
        inData = false;
        mails.push({ from, to, data: piece, signedIn });
        say("250 taken");
      } else {
        command(piece);
      }
    }
  });
  say("220 test.invalid ESMTP");

  function command(line: string): void {
    const told = [...replies].find(([beginning]) => line.toUpperCase().startsWith(beginning));
    if (told !== undefined) return say(told[1]);
    const [, verb = ""] = /^(\w+)/.exec(line.toUpperCase()) ?? [];
    switch (verb) {
      case "EHLO":
        return void socket.write("250-test.invalid\r\n250-AUTH PLAIN\r\n250 8BITMIME\r\n");
      case "AUTH":
        signedIn = Buffer.from(line.split(" ")[2] ?? "", "base64")
          .toString()
          .replaceAll("\0", " ")
          .trim();
        return say("235 welcome");
      case "MAIL":
        from = /<(.*?)>/.exec(line)?.[1] ?? "";
        to = [];
        return say("250 ok");
      case "RCPT":
        to = [...to, /<(.*?)>/.exec(line)?.[1] ?? ""];
        return say("250 ok");
      case "DATA":
        inData = true;
        return say("354 go on");
      case "QUIT":
        say("221 bye");
        return void socket.end();
      default:
        return say("502 what?");
    }
  }
}
