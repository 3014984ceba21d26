import type { JournalEntry } from "@mainspring/core";
import { expect, test } from "vitest";
import { followJournal, type JournalStream } from "./live-journal.ts";

const entry = (seq: number): JournalEntry => ({ seq, at: "2031-01-01T00:00:00.000Z", kind: "run", status: "RUNNING" });

/** A stream whose every turn the test decides. */
function handStream() {
  const turns: { value?: JournalEntry; done?: true; error?: Error }[] = [];
  let wake: () => void = () => {};
  let options: Parameters<JournalStream>[1];
  const stream: JournalStream = async function* (_runId, given) {
    options = given;
    for (;;) {
      while (turns.length === 0) await new Promise<void>((resolve) => (wake = resolve));
      const turn = turns.shift();
      if (turn?.error !== undefined) throw turn.error;
      if (turn?.value === undefined) return;
      yield turn.value;
    }
  };
  const next = async (turn: (typeof turns)[number]): Promise<void> => {
    turns.push(turn);
    wake();
    await new Promise((resolve) => setTimeout(resolve, 0));
  };
  return { stream, next, options: () => options };
}

test("entries that come before the next drawing are shown in one change", async () => {
  const hand = handStream();
  const draws: (() => void)[] = [];
  const live = followJournal(hand.stream, "run", (show) => draws.push(show));
  let changes = 0;
  live.subscribe(() => (changes += 1));
  hand.options()?.onConnect?.();
  await hand.next({ value: entry(1) });
  await hand.next({ value: entry(2) });
  expect(live.current().journal.entries).toEqual([]);
  expect(draws).toHaveLength(1);
  draws[0]?.();
  expect(live.current()).toMatchObject({ connection: "live", journal: { entries: [entry(1), entry(2)] } });
  expect(changes).toBe(2);
  live.stop();
});

test("a broken connection is said until it is made again, what was seen stays", async () => {
  const hand = handStream();
  const live = followJournal(hand.stream, "run", (show) => show());
  hand.options()?.onConnect?.();
  await hand.next({ value: entry(1) });
  hand.options()?.onDisconnect?.({ error: new Error("gone"), attempt: 1, retryMs: 250 });
  expect(live.current()).toMatchObject({ connection: "reconnecting", journal: { entries: [entry(1)] } });
  hand.options()?.onConnect?.();
  await hand.next({ value: entry(2) });
  expect(live.current()).toMatchObject({
    connection: "live",
    error: undefined,
    journal: { entries: [entry(1), entry(2)] },
  });
  await hand.next({ done: true });
  expect(live.current().connection).toBe("ended");
});

test("a refusal is shown with its reason", async () => {
  const hand = handStream();
  const live = followJournal(hand.stream, "run", (show) => show());
  const error = new Error("RUN_NOT_FOUND");
  await hand.next({ error });
  expect(live.current()).toMatchObject({ connection: "refused", error });
});

test("what is known already is shown at once, and only what follows it is asked for", async () => {
  const hand = handStream();
  const first = followJournal(hand.stream, "run", (show) => show());
  await hand.next({ value: entry(1) });
  await hand.next({ value: entry(2) });
  first.stop();
  const again = handStream();
  const live = followJournal(again.stream, "run", (show) => show(), first.current().journal);
  expect(again.options()?.afterSeq).toBe(2);
  expect(live.current().journal.entries).toHaveLength(2);
  await again.next({ value: entry(3) });
  expect(live.current().journal.entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  live.stop();
});

test("after it was stopped nothing changes any more", async () => {
  const hand = handStream();
  const live = followJournal(hand.stream, "run", (show) => show());
  live.stop();
  expect(hand.options()?.signal?.aborted).toBe(true);
  await hand.next({ value: entry(1) });
  expect(live.current()).toMatchObject({ connection: "connecting", journal: { entries: [] } });
});
