import { ActionFailure, type Mail, type MailPort } from "@mainspring/actions";
import { createTransport, type SMTPSentMessageInfo } from "nodemailer";

const connectionTimeoutMs = 10_000;
const socketTimeoutMs = 60_000;
const replyMaxLength = 500;

/** Where mail is handed over, as the installation's owner has configured it: no tenant chooses it, so no egress rule applies to it. */
export interface SmtpServer {
  /** `smtp://` (STARTTLS where the server offers it; required with `?requireTLS=true`) or `smtps://`, with user and password where needed. */
  readonly url: string;
  readonly from: string;
}

/** A connection per mail: one that a server has closed meanwhile cannot be taken for a failed delivery. */
export function smtpMail({ url, from }: SmtpServer): MailPort {
  const transport = createTransport({
    url,
    connectionTimeout: connectionTimeoutMs,
    greetingTimeout: connectionTimeoutMs,
    socketTimeout: socketTimeoutMs,
    // What a workflow writes is content alone: no file of this machine and no address is ever read for it.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail, signal) {
      try {
        const sent: SMTPSentMessageInfo = await transport.sendMail({ ...messageOf(mail), from, signal });
        return { accepted: sent.accepted, rejected: sent.rejected };
      } catch (error) {
        throw failureOf(error);
      }
    },
  };
}

function messageOf({ to, cc, bcc, ...rest }: Mail): object {
  return { ...rest, to: [...to], cc: [...cc], bcc: [...bcc] };
}

function failureOf(error: unknown): ActionFailure {
  const { code, responseCode, response, message } = (error ?? {}) as {
    readonly code?: unknown;
    readonly responseCode?: unknown;
    readonly response?: unknown;
    readonly message?: unknown;
  };
  const status = typeof responseCode === "number" ? responseCode : undefined;
  if (status === undefined) {
    return new ActionFailure({
      category: "TransientError",
      code: "MAIL_CONNECTION_FAILED",
      message: `the mail server could not be reached: ${String(message)}`,
      details: { reason: typeof code === "string" ? code : null },
    });
  }
  const details = { status, reply: typeof response === "string" ? response.slice(0, replyMaxLength) : null };
  return status >= 400 && status < 500
    ? new ActionFailure({
        category: "TransientError",
        code: "MAIL_DEFERRED",
        message: `the mail server answered ${status}`,
        details,
      })
    : new ActionFailure({
        category: "ActionError",
        code: "MAIL_REFUSED",
        message: `the mail server answered ${status}`,
        details,
      });
}
