import type { Action } from "../action.ts";
import { httpRequest } from "./http-request.ts";
import { logWrite } from "./log-write.ts";
import { randomUuid } from "./random-uuid.ts";
import { timeNow } from "./time-now.ts";

/** The actions that come with the product. */
export const builtInActions: readonly Action[] = [httpRequest, logWrite, randomUuid, timeNow];
