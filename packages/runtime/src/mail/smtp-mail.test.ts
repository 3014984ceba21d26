import { ActionFailure, type Mail } from "@mainspring/actions";
import { afterEach, beforeEach, expect, test } from "vitest";
import { smtpEndpoint, type SmtpEndpoint } from "../testing/smtp-endpoint.ts";
import { mailFromEnvironment } from "./mail-from-environment.ts";

const from = "Orders <orders@example.com>";
const mail: Mail = {
  to: ["ada@example.com"],
  cc: ["bob@example.com"],
  bcc: ["eve@example.com"],
  replyTo: "help@example.com",
  subject: "Grüße",
  text: "hello\r\n.\r\nworld",
  messageId: "<one@mainspring.invalid>",
};

let server: SmtpEndpoint;
beforeEach(async () => {
  server = await smtpEndpoint();
});
afterEach(() => server.close());

const send = (change: Partial<Mail> = {}, url = `smtp://user:pass%20word@127.0.0.1:${server.port}`) => {
  const port = mailFromEnvironment({ MAINSPRING_SMTP_URL: url, MAINSPRING_MAIL_FROM: from });
  if (port === undefined) throw new Error("no mail");
  return port.send({ ...mail, ...change }, new AbortController().signal);
};

async function failureOf(sent: Promise<unknown>): Promise<ActionFailure> {
  const error: unknown = await sent.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof ActionFailure) return error;
  throw new Error("expected an ActionFailure", { cause: error });
}

test("a mail is handed over to all its recipients, with its Message-ID and without its blind copies in sight", async () => {
  const sent = await send();
  expect([...sent.accepted].sort()).toEqual(["ada@example.com", "bob@example.com", "eve@example.com"]);
  const [received] = server.mails;
  expect(received).toMatchObject({ from: "orders@example.com", signedIn: "user pass word" });
  expect([...(received?.to ?? [])].sort()).toEqual(["ada@example.com", "bob@example.com", "eve@example.com"]);
  for (const line of [
    "Message-ID: <one@mainspring.invalid>",
    "From: Orders <orders@example.com>",
    "To: ada@example.com",
    "Cc: bob@example.com",
    "Reply-To: help@example.com",
    "Subject: =?UTF-8?Q?Gr=C3=BC=C3=9Fe?=",
  ])
    expect(received?.data).toContain(`${line}\r\n`);
  expect(received?.data).not.toContain("eve@example.com");
  expect(received?.data).toContain("hello\r\n..\r\nworld");
});

test("what looks like a file or an address in a mail is its text", async () => {
  await send({ text: "file:///etc/passwd", html: '<img src="http://169.254.169.254/">' });
  expect(server.mails[0]?.data).toContain("file:///etc/passwd");
});

test.each([
  ["RCPT", "550 no such mailbox", { category: "ActionError", code: "MAIL_REFUSED", details: { status: 550 } }],
  ["MAIL", "451 try later", { category: "TransientError", code: "MAIL_DEFERRED", details: { status: 451 } }],
  ["DATA", "554 smells of spam", { category: "ActionError", code: "MAIL_REFUSED", details: { status: 554 } }],
  ["AUTH", "535 not you", { category: "ActionError", code: "MAIL_REFUSED", details: { status: 535 } }],
])(
  "%s answered with %s ends with the right category, and says nothing of the password",
  async (command, reply, expected) => {
    server.replyTo(command, reply);
    const failure = await failureOf(send());
    expect(failure).toMatchObject(expected);
    expect(JSON.stringify(failure)).toContain(reply.slice(4));
    expect(JSON.stringify(failure)).not.toMatch(/pass(%20| )word/);
    expect(server.mails).toEqual([]);
  },
);

test("a recipient that is refused while others are taken is named, and the mail goes to the others", async () => {
  server.replyTo("RCPT TO:<BOB@EXAMPLE.COM>", "550 no such mailbox");
  const sent = await send();
  expect([[...sent.accepted].sort(), sent.rejected]).toEqual([
    ["ada@example.com", "eve@example.com"],
    ["bob@example.com"],
  ]);
});

test("no server there is a TransientError", async () => {
  const { port } = server;
  await server.close();
  expect(await failureOf(send({}, `smtp://127.0.0.1:${port}`))).toMatchObject({
    category: "TransientError",
    code: "MAIL_CONNECTION_FAILED",
  });
});

test.each([
  [
    "an address of something else",
    { MAINSPRING_SMTP_URL: "https://user:hidden@example.com", MAINSPRING_MAIL_FROM: from },
    /MAINSPRING_SMTP_URL/,
  ],
  ["no address", { MAINSPRING_MAIL_FROM: from }, /MAINSPRING_SMTP_URL is not/],
  ["no sender", { MAINSPRING_SMTP_URL: "smtp://user:hidden@example.com" }, /MAINSPRING_MAIL_FROM is not set/],
  [
    "a sender with a line break",
    { MAINSPRING_SMTP_URL: "smtp://h", MAINSPRING_MAIL_FROM: "a@b\r\nBcc: c@d" },
    /MAINSPRING_MAIL_FROM/,
  ],
])("%s is refused at start, and the password is not repeated", (_, env, message) => {
  expect(() => mailFromEnvironment(env)).toThrow(message);
  expect(() => mailFromEnvironment(env)).not.toThrow(/hidden/);
});

test("without settings there is no mail", () => {
  expect(mailFromEnvironment({})).toBeUndefined();
});
