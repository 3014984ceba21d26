import { subjects, type Subject } from "./subjects.ts";

/** One run to be recorded: a subject, under one version of the semantics, at one place of a definition. */
export interface GoldenCase {
  /** Also the name of its folder. */
  readonly name: string;
  readonly subject: Subject;
  readonly semantics: 1 | 2;
  readonly definition: { readonly workflow: string };
}

const last = { id: "last", type: "transform.assign", assign: { "vars.last": { $expr: "payload.run" } } };

/** Where the subject stands in the definition. */
const places: Readonly<Record<string, (subject: Subject) => readonly object[] | undefined>> = {
  alone: ({ steps }) => [...steps, last],
  caught: ({ steps, cancelAt }) =>
    cancelAt === undefined
      ? [
          {
            id: "around",
            type: "control.tryCatch",
            try: steps,
            catch: [{ id: "note", type: "transform.assign", assign: { "vars.caught": { $expr: "error.code" } } }],
          },
          last,
        ]
      : undefined,
  looped: ({ steps, cancelAt, events, answer }) =>
    cancelAt === undefined && events === undefined && answer === undefined
      ? [{ id: "twice", type: "control.forEach", items: [1, 2], onItemError: "continue", body: steps }, last]
      : undefined,
};

export const goldenCases: readonly GoldenCase[] = subjects.flatMap((subject) =>
  ([1, 2] as const).flatMap((semantics) =>
    semantics < 2 && subject.since2 === true
      ? []
      : Object.entries(places).flatMap(([place, stepsOf]) => {
          const steps = stepsOf(subject);
          if (steps === undefined) return [];
          const name = `${subject.type} ${subject.outcome} ${place} ${semantics}`
            .replaceAll(/[^a-z0-9]+/gi, "-")
            .toLowerCase();
          const ended = subject.ends === true && place === "alone" ? steps.slice(0, -1) : steps;
          return [{ name, subject, semantics, definition: { workflow: name.slice(0, 64), semantics, steps: ended } }];
        }),
  ),
);
