import type { Contract, ReadPart, ReplyOf, Route } from "@mainspring/api";
import type { TenantCaller } from "./access.ts";

/** A request of a route, read and checked. */
export interface Request<R extends Route> {
  readonly params: ReadPart<R, "params">;
  readonly query: ReadPart<R, "query">;
  /** Undefined where the body is optional and was left out, and where YAML came instead. */
  readonly body: R["yaml"] extends true
    ? ReadPart<R, "body"> | undefined
    : R["bodyOptional"] extends true
      ? ReadPart<R, "body"> | undefined
      : ReadPart<R, "body">;
  /** The text of a definition that was sent as YAML. */
  readonly yaml: string | undefined;
  readonly idempotencyKey: string | undefined;
  /** The revision that `If-Match` names. */
  readonly ifMatch: number | undefined;
  /** `Last-Event-ID`, where it is a number. */
  readonly lastEventId: number | undefined;
  readonly caller: R["role"] extends "public" | "platform" ? undefined : TenantCaller;
  /** Aborted when the client has gone or the server shuts down. */
  readonly signal: AbortSignal;
}

type Headers = { readonly [name: string]: string };

/** One of the replies that the route declares. */
export type Answer<R extends Route> = {
  [S in keyof R["replies"] & number]: { readonly status: S } & ReplyOf<R["replies"][S]> & {
      readonly headers?: Headers;
    };
}[keyof R["replies"] & number];

export type Handler<R extends Route> = (request: Request<R>) => Promise<Answer<R>>;

/** A handler for each route of a noun; one that is missing does not compile. */
export type Handlers<Noun extends keyof Contract> = {
  readonly [Name in keyof Contract[Noun]]: Contract[Noun][Name] extends Route ? Handler<Contract[Noun][Name]> : never;
};

export type AllHandlers = { readonly [Noun in keyof Contract]: Handlers<Noun> };

/** A handler as it is called when its route is known only at run time. */
export type AnyHandler = (request: unknown) => Promise<{
  readonly status: number;
  readonly body?: unknown;
  readonly text?: string | AsyncIterable<string>;
  readonly headers?: Headers;
}>;
