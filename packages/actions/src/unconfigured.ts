import { ActionFailure } from "./failure.ts";
import type { DataPort, MailPort } from "./ports.ts";

/** In the place of the mail server where none is configured. */
export const noMail: MailPort = {
  send: async () => {
    throw new ActionFailure({
      category: "ActionError",
      code: "MAIL_NOT_CONFIGURED",
      message: "this installation has no SMTP server to hand mail to",
    });
  },
};

const missing = (): never => {
  throw new ActionFailure({
    category: "ActionError",
    code: "ACTION_FAILED",
    message: "there is no data store where this action is performed",
  });
};

/** In the place of the data store where calls are performed without a database. */
export const noDataStore: DataPort = {
  get: async () => missing(),
  put: async () => missing(),
  delete: async () => missing(),
};
