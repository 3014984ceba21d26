import type { MailPort, Registry } from "@mainspring/actions";
import type { Store } from "@mainspring/store";
import type { Bounds } from "../workflow/bounds.ts";
import type { Egress } from "./egress.ts";
import type { Epochs } from "./epochs.ts";
import type { Programs } from "./programs.ts";
import type { StepLimits } from "./step-limits.ts";

/** The part of a logger that activities use. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** What the activities of the run workflow are made of; only the worker's `main.ts` picks the parts. */
export interface ActivityDependencies {
  readonly store: Store;
  readonly registry: Registry;
  readonly bounds: Bounds;
  readonly programs: Programs;
  readonly epochs: Epochs;
  readonly egress: Egress;
  readonly stepLimits: StepLimits;
  readonly log: Log;
  /** Left out: no mail can be sent. */
  readonly mail?: MailPort;
  /** Whether payloads leave sealed: then no failure's message may tell what its details tell. */
  readonly sealsPayloads: boolean;
  /** Of this worker process, in ledger and logs. */
  readonly identity: string;
}
