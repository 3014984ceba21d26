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
