import { expect, test } from "vitest";
import { parseSearch, searchText } from "../app/search-text.ts";
import { readRunsSearch, toggledStatus } from "./runs-search.ts";

test("filters survive the way into the address and back", () => {
  const search = { workflow: "order-fulfilment", status: ["RUNNING", "FAILED"], q: "o-17 & more" } as const;
  const text = searchText(search);
  expect(text).toBe("?workflow=order-fulfilment&status=RUNNING&status=FAILED&q=o-17+%26+more");
  expect(readRunsSearch(parseSearch(text))).toEqual(search);
});

test("what an address holds and we do not know is left out", () => {
  expect(readRunsSearch(parseSearch("?status=failed&status=NONSENSE&workflow=No%20Key&page=3&q="))).toEqual({
    status: ["FAILED"],
  });
  expect(readRunsSearch(parseSearch("?__proto__=x&q=1"))).toEqual({ q: "1" });
  expect(searchText({ status: undefined, q: "" })).toBe("");
});

test("turning all statuses on is the same as asking for none", () => {
  let search = readRunsSearch({});
  for (const status of ["FAILED", "QUEUED", "RUNNING", "WAITING", "PAUSED", "SUCCEEDED"] as const)
    search = toggledStatus(search, status);
  expect(search.status).toEqual(["QUEUED", "RUNNING", "WAITING", "PAUSED", "SUCCEEDED", "FAILED"]);
  expect(toggledStatus(search, "CANCELED").status).toBeUndefined();
  expect(toggledStatus({ status: ["FAILED"] }, "FAILED").status).toBeUndefined();
});
