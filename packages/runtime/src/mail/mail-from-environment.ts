import type { MailPort } from "@mainspring/actions";
import { smtpMail } from "./smtp-mail.ts";

/**
 * `MAINSPRING_SMTP_URL` and `MAINSPRING_MAIL_FROM`; undefined when neither is set.
 * @throws Error that names the variable, never its value, which may hold a password
 */
export function mailFromEnvironment(env: NodeJS.ProcessEnv): MailPort | undefined {
  const { MAINSPRING_SMTP_URL: url, MAINSPRING_MAIL_FROM: from } = env;
  if (!url && !from) return undefined;
  if (!url)
    throw new Error(
      "MAINSPRING_MAIL_FROM is set and MAINSPRING_SMTP_URL is not: set both, as smtp://user:password@host:587, or neither",
    );
  const protocol = URL.canParse(url) ? new URL(url).protocol : undefined;
  if (protocol !== "smtp:" && protocol !== "smtps:")
    throw new Error("MAINSPRING_SMTP_URL is no address of an SMTP server: set it as smtp://user:password@host:587");
  if (!from || /[\r\n]/.test(from) || !from.includes("@"))
    throw new Error(
      "MAINSPRING_MAIL_FROM is not set, or no mail address: set it to the sender, such as Orders <orders@example.com>",
    );
  return smtpMail({ url, from });
}
