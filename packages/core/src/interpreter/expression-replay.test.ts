import { expect, test } from "vitest";
import { foldJournal } from "../journal/fold.ts";
import { buildProgram, x } from "../testing/build-program.ts";
import { typicalData, typicalExpressions } from "../testing/typical-expressions.ts";
import { run } from "../testing/world.ts";
import type { Json, JsonObject } from "../values/json.ts";
import type { RunState } from "./transition.ts";

const { payload, vars } = typicalData as { payload: Json; vars: JsonObject };

/** Every expression before and after a wait, and those that hang on time. */
const timed = ["now", "$nowIso()", "nowIso() > meta.startedAt", "timeWait.firedAt", "$toMillis(now) % 1000"];
const program = buildProgram([
  { id: "given", type: "transform.assign", assign: vars },
  ...[...typicalExpressions, ...timed].flatMap((source, i) => [
    { id: `before${i}`, type: "transform.assign", assign: { [`before${i}`]: x(source) } },
    { id: `nap${i}`, type: "time.wait", durationMs: 7 },
    { id: `after${i}`, type: "transform.assign", assign: { [`after${i}`]: x(source) } },
  ]),
  { id: "done", type: "control.return", output: x("$count($keys(vars))") },
]);

test("[TST-06] expressions give the same across a checkpoint between any two events, and across the replay of what was recorded", () => {
  const plain = run(program, { payload });
  expect(plain.outcome).toMatchObject({ status: "succeeded" });
  const { vars: found } = plain.state;
  const times = timed.map((_, i) => [found[`before${i + 10}`], found[`after${i + 10}`]]);
  // What hangs on time did change meanwhile: a replay that asked a clock would show.
  expect(times[0]).toEqual(["2031-01-01T00:00:00.070Z", "2031-01-01T00:00:00.077Z"]);
  expect(times[1]?.[0]).toBe("2031-01-01T00:00:00.077Z");

  const checkpoint = (state: RunState): RunState => JSON.parse(JSON.stringify(state)) as RunState;
  const carried = run(program, { payload, checkpoint });
  expect(carried.state.vars).toEqual(found);
  expect(carried.journal).toEqual(plain.journal);

  const recorded = JSON.parse(JSON.stringify(plain.journal)) as typeof plain.journal;
  for (let replay = 0; replay < 2; replay += 1) expect(foldJournal(program, recorded).vars).toEqual(found);
});

test("[TST-06] a replay of half of what was recorded goes on to the same values", () => {
  const states: RunState[] = [];
  const plain = run(program, { payload, watch: ({ state }) => states.push(state) });
  const recorded = JSON.parse(JSON.stringify(plain.journal)) as typeof plain.journal;
  for (const state of states) {
    const folded = foldJournal(program, recorded, undefined, { untilSeq: state.nextSeq - 1 });
    expect(folded.vars).toEqual(state.vars);
  }
  expect(states.length).toBeGreaterThan(15);
});
