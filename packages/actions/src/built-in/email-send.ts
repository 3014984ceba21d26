import { createHash } from "node:crypto";
import { z } from "zod";
import { defineAction } from "../action.ts";

const addressesMax = 100;

/** An address alone, without a name: `ada@example.com`. */
const address = z
  .string()
  .max(254)
  .regex(/^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]{1,190}$/u, {
    error: "expected a mail address such as ada@example.com",
  });

const addresses = z.union([address, z.array(address).min(1).max(addressesMax)]);

export const emailSend = defineAction({
  name: "email.send@1",
  title: "Send a mail",
  description:
    "Hands a mail over to the SMTP server of this installation. Its Message-ID is equal in every try, so that a mail that was handed over twice can be told.",
  effect: "idempotent",
  timeoutMs: 30_000,
  input: z
    .strictObject({
      to: addresses.describe("One address, or up to 100."),
      cc: addresses.optional(),
      bcc: addresses.optional(),
      replyTo: address.optional(),
      subject: z
        .string()
        .min(1)
        .max(998)
        .regex(/^[^\r\n]*$/, { error: "has a line break" }),
      text: z.string().max(1_000_000).optional(),
      html: z.string().max(1_000_000).optional(),
    })
    .refine(({ text, html }) => text !== undefined || html !== undefined, {
      path: ["text"],
      error: "text or html, or both, must be there",
    }),
  output: z.strictObject({
    messageId: z.string(),
    accepted: z.array(z.string()).describe("Addresses for which the server took it."),
    rejected: z.array(z.string()).describe("Addresses that the server refused, while it took others."),
  }),
  run: async ({ input, key, mail, signal }) => {
    const { to, cc, bcc, ...rest } = input;
    // Hashed once more: the key itself lets its owner repeat effects, and goes to no one else.
    const messageId = `<${createHash("sha256").update(`mail:${key}`).digest("hex").slice(0, 40)}@mainspring.invalid>`;
    const handedOver = await mail.send({ ...rest, to: list(to), cc: list(cc), bcc: list(bcc), messageId }, signal);
    return { messageId, accepted: [...handedOver.accepted], rejected: [...handedOver.rejected] };
  },
});

function list(given: string | readonly string[] | undefined): readonly string[] {
  if (given === undefined) return [];
  return typeof given === "string" ? [given] : given;
}
