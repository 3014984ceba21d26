import fc from "fast-check";
import { expect, test } from "vitest";
import type { JournalEntry } from "@mainspring/core";
import { JournalBuffer } from "./journal-buffer.ts";

const entry = (seq: number): JournalEntry => ({ seq, at: "2031-01-01T00:00:00.000Z", kind: "state", data: null });

test("a failed call's entries are unsent again, in order, before the later ones", () => {
  const buffer = new JournalBuffer();
  buffer.append([entry(1), entry(2)]);
  buffer.take("a");
  buffer.append([entry(3)]);
  buffer.release("a");
  expect(buffer.take("b").map(({ seq }) => seq)).toEqual([1, 2, 3]);
});

test("whatever the order of answers, each entry is written or owed", () => {
  const step = fc.oneof(
    fc.constant("append" as const),
    fc.constant("take" as const),
    fc.constant("acknowledge" as const),
    fc.constant("release" as const),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(step, fc.nat(5))), (steps) => {
      const buffer = new JournalBuffer();
      const owned = new Map<string, readonly JournalEntry[]>();
      const written = new Set<number>();
      let seq = 0;
      let owner = 0;
      for (const [kind, pick] of steps) {
        const chosen = [...owned.keys()][pick % Math.max(1, owned.size)];
        if (kind === "append") buffer.append([entry(++seq)]);
        else if (kind === "take") owned.set(`o${++owner}`, buffer.take(`o${owner}`));
        else if (chosen !== undefined) {
          if (kind === "acknowledge") {
            buffer.acknowledge(chosen);
            for (const { seq } of owned.get(chosen)!) written.add(seq);
          } else buffer.release(chosen);
          owned.delete(chosen);
        }
      }
      for (const key of owned.keys()) buffer.release(key);
      const owed = buffer.take("last").map(({ seq }) => seq);
      expect(owed).toEqual([...owed].sort((a, b) => a - b));
      expect([...written, ...owed].sort((a, b) => a - b)).toEqual(Array.from({ length: seq }, (_, i) => i + 1));
    }),
  );
});
