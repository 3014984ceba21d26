import { afterAll, beforeAll, expect, test } from "vitest";
import { testServer } from "./testing/test-server.ts";
import type { TestServer } from "./testing/test-server.ts";

let on: TestServer;
beforeAll(async () => {
  on = await testServer();
});
afterAll(() => on.close());

const office = { zone: "Europe/Berlin", week: { "mon-fri": ["09:00-12:00", "13:00-17:00"] }, holidays: ["2030-12-25"] };

test("[CAL-01] every tenant begins with a default calendar, and each change is a version", async () => {
  const { calendars } = on.one.client;
  expect(await calendars.get({ params: { name: "default" } })).toMatchObject({
    name: "default",
    version: 1,
    zone: "UTC",
    week: { "mon-fri": ["09:00-17:00"] },
  });
  const put = (name: string, body: object) => calendars.put({ params: { name }, body: body as never });
  expect(await put("office", office)).toMatchObject({ name: "office", version: 1, ...office });
  expect(await put("office", office)).toMatchObject({ version: 1 });
  expect(await put("office", { ...office, holidays: [] })).toMatchObject({ version: 2, holidays: [] });
  expect((await calendars.list()).items.map(({ name, version }) => [name, version])).toEqual([
    ["default", 1],
    ["office", 2],
  ]);
  await calendars.remove({ params: { name: "office" } });
  await expect(calendars.get({ params: { name: "office" } })).rejects.toMatchObject({
    status: 404,
    code: "CALENDAR_NOT_FOUND",
  });
  await expect(calendars.remove({ params: { name: "office" } })).rejects.toMatchObject({ status: 404 });
  expect((await calendars.list()).items.map(({ name }) => name)).toEqual(["default"]);
  // A number is never used again: runs may have recorded it.
  expect(await put("office", office)).toMatchObject({ version: 4 });
  expect((await on.other.client.calendars.list()).items.map(({ name }) => name)).toEqual(["default"]);
});

test.each([
  ["no zone", { week: {} }, "/zone"],
  ["a zone that is none", { ...office, zone: "Europe/Atlantis" }, "/zone"],
  ["hours that are none", { ...office, week: { mon: ["9-17"] } }, "/week/mon/0"],
  ["hours out of order", { ...office, week: { mon: ["13:00-17:00", "09:00-12:00"] } }, "/week/mon"],
  ["a day twice", { ...office, week: { "mon-fri": ["09:00-17:00"], wed: ["09:00-12:00"] } }, "/week/wed"],
  ["a date that is none", { ...office, holidays: ["2030-02-30"] }, "/holidays/0"],
  ["an unknown member", { ...office, holiday: [] }, "/holiday"],
] as const)("[CAL-01] %s is refused, with its place, and changes nothing", async (_, body, pointer) => {
  const put = on.one.client.calendars.put({ params: { name: "refused" }, body: body as never });
  await expect(put).rejects.toMatchObject({ status: 422, code: "CALENDAR_INVALID", issues: [{ pointer }] });
  await expect(on.one.client.calendars.get({ params: { name: "refused" } })).rejects.toMatchObject({ status: 404 });
});

test("several who change one calendar at once make a version each", async () => {
  const { calendars } = on.one.client;
  const days = ["mon", "tue", "wed", "thu", "fri", "sat"];
  const changed = await Promise.all(
    days.map((day) =>
      calendars.put({ params: { name: "busy" }, body: { zone: "UTC", week: { [day]: ["09:00-10:00"] } } as never }),
    ),
  );
  expect(changed.map(({ version }) => version).sort()).toEqual([1, 2, 3, 4, 5, 6]);
});
