import { expect, test } from "vitest";
import { prepared } from "./prepared.ts";
import type { Outgoing, Performs, Prepared } from "./prepared.ts";

function recorder(): Performs & { readonly sent: Outgoing[] } {
  const sent: Outgoing[] = [];
  return {
    sent,
    perform(statement) {
      sent.push(statement);
      return Promise.resolve({ command: "SELECT", rowCount: 0, rows: [] });
    },
  };
}

test("values are numbered through a statement and its parts, and its text and name stay with the place", async () => {
  const connection = recorder();
  const within = (low: number, high: number): Prepared<boolean> => prepared`n between ${low} and ${high}`;
  const find = (key: string, low: number): Prepared<unknown> =>
    prepared`select n where key = ${key} and (${within(low, low + 1)}) and at < ${"now"}`;
  await find("a", 1).execute(connection);
  await find("b", 5).execute(connection);
  const [first, second] = connection.sent;
  expect(first?.text).toBe("/* prepared */select n where key = $1 and (n between $2 and $3) and at < $4");
  expect(first?.values).toEqual(["a", 1, 2, "now"]);
  expect(second).toEqual({ ...first, values: ["b", 5, 6, "now"] });
});

test("a part that is another than at the first use is refused: the text would be the first one's", async () => {
  const connection = recorder();
  const find = (part: Prepared<boolean>): Prepared<unknown> => prepared`select n where ${part}`;
  await find(prepared`true`).execute(connection);
  await expect(find(prepared`false`).execute(connection)).rejects.toThrow("another than at its first use");
});

test("two statements have two names", async () => {
  const connection = recorder();
  await prepared`select 1`.execute(connection);
  await prepared`select 2`.execute(connection);
  expect(new Set(connection.sent.map(({ name }) => name)).size).toBe(2);
});
