import type { Action } from "../action.ts";
import { dataDelete } from "./data-delete.ts";
import { dataGet } from "./data-get.ts";
import { dataPut } from "./data-put.ts";
import { emailSend } from "./email-send.ts";
import { httpRequest } from "./http-request.ts";
import { logWrite } from "./log-write.ts";
import { randomUuid } from "./random-uuid.ts";
import { timeNow } from "./time-now.ts";

/** The actions that come with the product. */
export const builtInActions: readonly Action[] = [
  dataDelete,
  dataGet,
  dataPut,
  emailSend,
  httpRequest,
  logWrite,
  randomUuid,
  timeNow,
];
