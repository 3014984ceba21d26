import { sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { putBlob } from "./blobs.ts";
import { roundTrips } from "./pipeline.ts";
import { openStore } from "./store.ts";
import type { Store, TenantDb } from "./store.ts";
import { createTenant } from "./tenants.ts";
import { clonedDatabase } from "./testing/cloned-database.ts";
import type { ClonedDatabase } from "./testing/cloned-database.ts";

let database: ClonedDatabase;
let owner: pg.Client;
/** Of one connection, so that what one transaction leaves on it is seen by the next. */
let store: Store;
let tenantId: string;
let rounds: number[] = [];
const count = (statements: unknown): void => void rounds.push(Number(statements));

beforeAll(async () => {
  database = await clonedDatabase();
  owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  await owner.query(`create table numbers (n int primary key, twin int references numbers (n) deferrable initially deferred);
    grant select, insert on numbers to public`);
  store = openStore({ url: database.appUrl, max: 1 });
  ({ id: tenantId } = await store.platform((db) => createTenant(db, { name: "one" })));
  roundTrips.subscribe(count);
});
beforeEach(async () => {
  await owner.query("truncate numbers");
  rounds = [];
});
afterAll(async () => {
  roundTrips.unsubscribe(count);
  await store.close();
  await owner.end();
  await database.drop();
});

const insert = (n: number, twin: number | null = null) =>
  sql<{ n: number }>`/* prepared */ insert into numbers (n, twin) values (${n}, ${twin}) returning n`;
const all = sql<{ n: number }>`/* prepared */ select n from numbers order by n`;
const numbers = async (): Promise<number[]> =>
  (await owner.query<{ n: number }>("select n from numbers order by n")).rows.map(({ n }) => n);
const tenant = <T>(work: (db: TenantDb) => Promise<T>): Promise<T> => store.tenant(tenantId, work);

test("statements sent side by side share a round trip and see each other in their order", async () => {
  const results = await tenant((db) =>
    Promise.all([insert(1).execute(db), all.execute(db), insert(2).execute(db), all.execute(db)]),
  );
  expect(results.map(({ rows }) => rows)).toEqual([[{ n: 1 }], [{ n: 1 }], [{ n: 2 }], [{ n: 1 }, { n: 2 }]]);
  expect(rounds).toEqual([2 + 4, 1]); // begin and tenant before them; then the commit
});

test("statements that nobody reads go with the next one that is read, or with the commit", async () => {
  await tenant(async (db) => {
    await insert(1).execute(db.unread);
    await insert(2).execute(db.unread);
    expect((await all.execute(db)).rows).toHaveLength(2);
    await insert(3).execute(db.unread);
  });
  expect(rounds).toEqual([2 + 3, 2]);
  expect(await numbers()).toEqual([1, 2, 3]);
});

test("the last round carries the commit, and nothing can follow it", async () => {
  await tenant(async (db) => {
    db.lastRound();
    await insert(1).execute(db.unread);
    const [{ rows }] = await Promise.all([all.execute(db), insert(2).execute(db.unread)]);
    expect(rows).toEqual([{ n: 1 }]);
    await expect(all.execute(db)).rejects.toThrow("after its last round");
    await expect(all.execute(db.unread)).rejects.toThrow("after its last round");
  });
  expect(rounds).toEqual([2 + 4]);
  expect(await numbers()).toEqual([1, 2]);
});

test("a transaction without statements costs no round trip", async () => {
  expect(await tenant(async () => 7)).toBe(7);
  await expect(tenant(async () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(rounds).toEqual([]);
});

test("a statement that fails fails those behind it in its round, and the transaction", async () => {
  const outcomes = await tenant(async (db) => {
    const settled = await Promise.allSettled([insert(1).execute(db), insert(1).execute(db), insert(2).execute(db)]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
    return settled;
  }).catch((error: unknown) => error);
  expect(outcomes).toMatchObject({ message: "The transaction had failed and was rolled back." });
  expect(await numbers()).toEqual([]);
  await expect(tenant((db) => Promise.all([insert(1).execute(db), insert(1).execute(db)]))).rejects.toMatchObject({
    code: "23505",
  });
  expect(await numbers()).toEqual([]);
});

test("a failure that nobody read is the transaction's", async () => {
  const afterAnother = tenant(async (db) => {
    await insert(1).execute(db);
    await insert(1).execute(db.unread);
  });
  await expect(afterAnother).rejects.toMatchObject({ code: "23505" });
  const beforeAnother = tenant(async (db) => {
    await insert(1).execute(db.unread);
    await insert(1).execute(db.unread);
    await all.execute(db).catch(() => {});
  });
  await expect(beforeAnother).rejects.toMatchObject({ code: "23505" });
  const besideOne = tenant(async (db) => {
    await Promise.all([all.execute(db), insert(1).execute(db.unread), insert(1).execute(db.unread)]);
  });
  await expect(besideOne).rejects.toMatchObject({ code: "23505" });
  expect(await numbers()).toEqual([]);
});

test("nothing is kept when the last round fails, by a statement or by the commit itself", async () => {
  const byStatement = tenant(async (db) => {
    db.lastRound();
    await Promise.all([insert(1).execute(db), insert(1).execute(db)]);
  });
  await expect(byStatement).rejects.toMatchObject({ code: "23505" });
  const byCommit = tenant(async (db) => {
    db.lastRound();
    await insert(1, 99).execute(db); // there is no 99, which only the commit looks at
  });
  await expect(byCommit).rejects.toMatchObject({ code: "23503" });
  await expect(tenant((db) => insert(1, 99).execute(db))).rejects.toMatchObject({ code: "23503" });
  expect(await numbers()).toEqual([]);
});

test("statements that were introduced in a round that failed are known, or introduced again, on the same connection", async () => {
  const text = (n: number) => sql<{ n: number }>`/* prepared */ select ${n}::int as n, ${sql.raw(`'${n}'`)} as text`;
  for (let n = 1; n <= 3; n += 1) {
    const failing = tenant((db) =>
      Promise.all([text(n).execute(db), sql`select 1 / 0`.execute(db), text(-n).execute(db)]),
    );
    await expect(failing).rejects.toMatchObject({ code: "22012" });
    for (const each of [n, -n, n]) {
      const { rows } = await tenant((db) => text(each).execute(db));
      expect(rows).toEqual([{ n: each, text: String(each) }]);
    }
  }
});

test("a statement with a syntax error is one that failed", async () => {
  await expect(tenant((db) => sql`/* prepared */ selec 1`.execute(db))).rejects.toMatchObject({ code: "42601" });
  await expect(tenant((db) => sql`/* prepared */ selec 1`.execute(db))).rejects.toMatchObject({ code: "42601" });
  expect((await tenant((db) => all.execute(db))).rows).toEqual([]);
});

test("work that throws while a statement is under way leaves nothing behind, and its late branch sends no more", async () => {
  let late: Promise<unknown> = Promise.resolve();
  const failing = tenant(async (db) => {
    late = insert(1)
      .execute(db)
      .then(() => insert(2).execute(db));
    late.catch(() => {});
    await new Promise(setImmediate); // by then it has been sent
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  await expect(late).rejects.toThrow("over");
  expect(await numbers()).toEqual([]);
});

test("values arrive as they were given", async () => {
  const date = new Date("2031-03-30T00:30:00.123Z");
  const { rows } = await tenant((db) =>
    sql`select ${null}::text as none, ${'a "b" \\ é \u{1f600}'} as text, ${1.5}::float8 as float, ${true}::boolean as yes, ${12345678901234567890n}::numeric as big,
      ${date}::timestamptz as at, ${Buffer.from([0, 255])}::bytea as bytes, ${[1, -2]}::int[] as ints, ${['a,"b"', "\\", "", "null", null]}::text[] as texts,
      ${{ a: [1, "x"] }}::json as json, ${[]}::text[] as empty, ${[date]}::timestamptz[] as dates`.execute(db),
  );
  expect(rows).toEqual([
    {
      none: null,
      text: 'a "b" \\ é \u{1f600}',
      float: 1.5,
      yes: true,
      big: "12345678901234567890",
      at: date,
      bytes: Buffer.from([0, 255]),
      ints: [1, -2],
      texts: ['a,"b"', "\\", "", "null", null],
      json: { a: [1, "x"] },
      empty: [],
      dates: [date],
    },
  ]);
  await expect(tenant((db) => sql`select ${new Date(Number.NaN)}::timestamptz`.execute(db))).rejects.toThrow(
    RangeError,
  );
  const bytes = new Uint8Array([1, 2, 3]).subarray(1);
  const hash = await tenant((db) => putBlob(db, bytes));
  const stored = await owner.query<{ bytes: Buffer }>("select bytes from blobs where hash = $1", [hash]);
  expect([...(stored.rows[0]?.bytes ?? [])]).toEqual([2, 3]);
});

test("a connection that dies in the middle of a round fails what was sent, and is replaced", async () => {
  const dying = tenant(async (db) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
    const waiting = Promise.allSettled([sql`select pg_sleep(30)`.execute(db), all.execute(db)]);
    await owner.query("select pg_terminate_backend($1)", [rows[0]?.pid]);
    const outcomes = await waiting;
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await all.execute(db);
  });
  await expect(dying).rejects.toThrow(/terminat|not queryable|ECONNRESET/);
  expect((await tenant((db) => all.execute(db))).rows).toEqual([]);
});
