import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

export interface OutsideAnswer {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  /** How long it takes to answer. */
  readonly afterMs?: number;
}

/** @param turn how often this route was asked before by this run, repetitions under a known key aside */
export type Answer = (turn: number, body: Record<string, unknown>, key: string | undefined) => OutsideAnswer;

/** `"POST /bills"` or `"GET /sessions/:id"` to its answer. */
export type Answers = Readonly<Record<string, OutsideAnswer | Answer>>;

export interface OutsideCall {
  readonly method: string;
  /** Without the part that names the run. */
  readonly path: string;
  readonly body: unknown;
  readonly key: string | undefined;
  readonly status: number;
  /** The answer of an earlier call under the same key was given again: nothing happened. */
  readonly repeated: boolean;
}

/** The systems that the examples call. Each run has a base address of its own there, so that its effects are told from others'. */
export interface Outside {
  baseUrl(run: string): string;
  /**
   * What a run's systems say. A route that is not named answers 404.
   * @param turnOf of a GET, which carries no key: its turn, where a repeated one is to have the turn that it had before
   */
  answer(run: string, answers: Answers, turnOf?: () => Promise<number>): void;
  calls(run: string): readonly OutsideCall[];
  /** What really happened, in order: `POST /bills {"driver":"ada"}`. Reading is no effect, and neither is what was refused. */
  effects(run: string): string[];
  /** How many requests to a path were under way at the same time, at most. */
  atOnce(run: string, path: string): number;
  /** Called when an effect has happened and its answer has not gone out. */
  onEffect(run: string, listener: (number: number) => Promise<void>): void;
  close(): Promise<void>;
}

type GivenAnswer = Required<Omit<OutsideAnswer, "body">> & { readonly body: unknown };

interface RunOutside {
  answers: Answers;
  readonly calls: OutsideCall[];
  readonly known: Map<string, GivenAnswer>;
  readonly underWay: Map<string, number>;
  readonly most: Map<string, number>;
  readonly turns: Map<string, number>;
  effects: number;
  listener: ((number: number) => Promise<void>) | undefined;
  turnOf: (() => Promise<number>) | undefined;
}

export async function openOutside(): Promise<Outside> {
  const runs = new Map<string, RunOutside>();
  const runOf = (run: string): RunOutside => {
    let known = runs.get(run);
    if (known === undefined) {
      known = {
        answers: {},
        calls: [],
        known: new Map(),
        underWay: new Map(),
        most: new Map(),
        turns: new Map(),
        effects: 0,
        listener: undefined,
        turnOf: undefined,
      };
      runs.set(run, known);
    }
    return known;
  };
  const server = createServer((request, response) => {
    void (async () => {
      const [, run = "", ...rest] = new URL(request.url ?? "/", "http://outside").pathname.split("/");
      const text = await textOf(request);
      const { method = "" } = request;
      const place = runOf(run);
      const path = `/${rest.join("/")}`;
      const body: unknown = text === "" ? undefined : JSON.parse(text);
      const key = request.headers["idempotency-key"] as string | undefined;
      if (method === "GET" && place.turnOf !== undefined) place.turns.set(`${method} ${path}`, await place.turnOf());
      const before = key === undefined ? undefined : place.known.get(key);
      const answer = before ?? answerOf(place, `${method} ${path}`, body, key);
      const call = { method, path, body, key, status: answer.status, repeated: before !== undefined };
      place.calls.push(call);
      if (isEffect(call) && key !== undefined) place.known.set(key, answer);
      const underWay = (place.underWay.get(path) ?? 0) + 1;
      place.underWay.set(path, underWay);
      place.most.set(path, Math.max(underWay, place.most.get(path) ?? 0));
      if (answer.afterMs > 0) await pause(answer.afterMs);
      place.underWay.set(path, (place.underWay.get(path) ?? 1) - 1);
      if (isEffect(call)) await place.listener?.(++place.effects);
      response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
      response.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: (run) => `http://127.0.0.1:${port}/${run}`,
    answer(run, answers, turnOf) {
      const place = runOf(run);
      place.answers = answers;
      place.turnOf = turnOf;
    },
    calls: (run) => runOf(run).calls,
    effects: (run) =>
      runOf(run)
        .calls.filter(isEffect)
        .map(({ method, path, body }) => `${method} ${path}${body === undefined ? "" : ` ${JSON.stringify(body)}`}`),
    atOnce: (run, path) => runOf(run).most.get(path) ?? 0,
    onEffect: (run, listener) => void (runOf(run).listener = listener),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isEffect({ method, status, repeated }: OutsideCall): boolean {
  return method !== "GET" && status < 400 && !repeated;
}

function answerOf(place: RunOutside, request: string, body: unknown, key: string | undefined): GivenAnswer {
  const route = Object.keys(place.answers).find((one) => fits(one, request));
  const answer =
    route === undefined ? { status: 404, body: { reason: `No answer to ${request}` } } : place.answers[route];
  const turn = place.turns.get(request) ?? 0;
  place.turns.set(request, turn + 1);
  const given = typeof answer === "function" ? answer(turn, (body ?? {}) as Record<string, unknown>, key) : answer;
  return {
    status: given?.status ?? 200,
    headers: given?.headers ?? {},
    body: given?.body,
    afterMs: given?.afterMs ?? 0,
  };
}

function fits(route: string, request: string): boolean {
  const [wanted, parts] = [route.split("/"), request.split("/")];
  return wanted.length === parts.length && wanted.every((part, i) => part.startsWith(":") || part === parts[i]);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
