import type pg from "pg";

/** Who migrates, who serves and works, who finds due work of all tenants, who compares open runs with Temporal. */
export const roleNames = {
  owner: "mainspring_owner",
  app: "mainspring_app",
  dispatcher: "mainspring_dispatcher",
  reconciler: "mainspring_reconciler",
} as const;

export type RolePasswords = { readonly [role in keyof typeof roleNames]?: string };

/** Roles belong to the whole cluster: other databases' migrations may create them at the same moment. */
export async function createRoles(client: pg.Client, passwords: RolePasswords): Promise<void> {
  for (const [role, name] of Object.entries(roleNames)) {
    const { rowCount } = await client.query("select from pg_roles where rolname = $1", [name]);
    if (rowCount === 0) await whateverOthersDo(client, `create role ${name} nologin nosuperuser nobypassrls`);
    const password = passwords[role as keyof RolePasswords];
    if (password !== undefined)
      await whateverOthersDo(client, `alter role ${name} login password ${client.escapeLiteral(password)}`);
  }
  const { rows } = await client.query<{ superuser: boolean; owner: boolean }>(
    "select rolsuper as superuser, rolname = $1 as owner from pg_roles where rolname = current_user",
    [roleNames.owner],
  );
  const me = rows[0];
  if (me !== undefined && !me.owner) {
    if (!me.superuser) await client.query(`grant ${roleNames.owner} to current_user`);
    await whateverOthersDo(client, `grant usage, create on schema public to ${roleNames.owner}`);
  }
  await whateverOthersDo(
    client,
    `grant usage on schema public to ${roleNames.app}, ${roleNames.dispatcher}, ${roleNames.reconciler}`,
  );
}

const attemptsMax = 20;

/** Created by another (42710, 23505) is as good; updated by another at the same time (XX000) is tried again. */
async function whateverOthersDo(client: pg.Client, statement: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.query(statement);
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === "42710" || code === "23505") return;
      if (code !== "XX000" || attempt === attemptsMax) throw error;
    }
  }
}
