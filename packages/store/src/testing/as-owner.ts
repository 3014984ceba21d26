import pg from "pg";

/** What no process of ours may do: a statement of the database's owner, which no policy binds. For faults on purpose. */
export async function asOwner(
  database: { readonly ownerUrl: string },
  text: string,
  values: readonly unknown[] = [],
): Promise<readonly unknown[]> {
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  try {
    return (await owner.query(text, [...values])).rows;
  } finally {
    await owner.end();
  }
}

/** Does `work` while the owner holds what the statement has locked. */
export async function whileOwnerLocks<T>(
  database: { readonly ownerUrl: string },
  text: string,
  values: readonly unknown[],
  work: () => Promise<T>,
): Promise<T> {
  const owner = new pg.Client({ connectionString: database.ownerUrl });
  await owner.connect();
  try {
    await owner.query("begin");
    await owner.query(text, [...values]);
    return await work();
  } finally {
    await owner.end();
  }
}
