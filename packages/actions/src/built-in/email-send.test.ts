import { expect, test } from "vitest";
import { subsetSchema } from "../json-schema.ts";
import type { Mail, MailPort } from "../ports.ts";
import { failureOf, performCall } from "../testing/perform-call.ts";
import { schemaIssues } from "../testing/schema-issues.ts";
import { emailSend } from "./email-send.ts";

function outbox(): { readonly sent: Mail[]; readonly mail: MailPort } {
  const sent: Mail[] = [];
  return {
    sent,
    mail: {
      send: async (mail) => {
        sent.push(mail);
        return { accepted: [...mail.to, ...mail.cc, ...mail.bcc], rejected: [] };
      },
    },
  };
}

const input = { to: "ada@example.com", subject: "Grüße", text: "hello" };

test("email.send@1 hands over what it was given, each kind of recipient as a list", async () => {
  const { sent, mail } = outbox();
  const { output } = await performCall(
    emailSend,
    {
      ...input,
      cc: ["b@example.com", "c@example.com"],
      bcc: "d@example.com",
      replyTo: "r@example.com",
      html: "<p>hello</p>",
    },
    { mail },
  );
  expect(schemaIssues(subsetSchema(emailSend.output, "output"), output)).toEqual([]);
  expect(sent).toMatchObject([
    {
      to: ["ada@example.com"],
      cc: ["b@example.com", "c@example.com"],
      bcc: ["d@example.com"],
      replyTo: "r@example.com",
      subject: "Grüße",
      text: "hello",
      html: "<p>hello</p>",
    },
  ]);
  expect(output).toMatchObject({ accepted: expect.arrayContaining(["d@example.com"]) as string[], rejected: [] });
});

test("the Message-ID is equal in every try of one call, different for another, and does not tell the call's key", async () => {
  const { sent, mail } = outbox();
  for (const [key, attempt] of [
    ["call-1", 1],
    ["call-1", 2],
    ["call-2", 1],
  ] as const)
    await performCall(emailSend, input, { mail, key, attempt });
  const [first, second, other] = sent.map(({ messageId }) => messageId);
  expect(first).toMatch(/^<[0-9a-f]{40}@mainspring\.invalid>$/);
  expect([second === first, other === first, first?.includes("call-1")]).toEqual([true, false, false]);
});

test("without an SMTP server it is MAIL_NOT_CONFIGURED", async () => {
  expect(await failureOf(performCall(emailSend, input))).toMatchObject({
    category: "ActionError",
    code: "MAIL_NOT_CONFIGURED",
  });
});

test.each([
  ["no recipient", { to: [] }, "/to"],
  ["an address with a name", { to: "Ada <ada@example.com>" }, "/to"],
  ["two addresses in one text", { to: "ada@example.com,bob@example.com" }, "/to"],
  ["an address that would add a header", { to: "ada@example.com\r\nBcc: eve@example.com" }, "/to"],
  ["a subject that would add a header", { subject: "a\r\nBcc: eve@example.com" }, "/subject"],
  ["neither text nor html", { text: undefined }, "/text"],
  ["a member that does not exist", { from: "eve@example.com" }, "/from"],
])("a mail with %s is refused, and nothing is handed over", async (_, change, pointer) => {
  const { sent, mail } = outbox();
  const failure = await failureOf(performCall(emailSend, { ...input, ...change }, { mail }));
  expect(failure).toMatchObject({ code: "ACTION_INPUT_INVALID", details: { issues: [{ pointer }] } });
  expect(sent).toEqual([]);
});
