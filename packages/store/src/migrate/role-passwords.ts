import { roleNames, type RolePasswords } from "../roles.ts";

/** The passwords that server and worker will log in with stand in their addresses. */
export function rolePasswordsOf(env: NodeJS.ProcessEnv): RolePasswords {
  return {
    app: passwordOf(env["DATABASE_URL"], roleNames.app),
    dispatcher: passwordOf(env["DISPATCHER_DATABASE_URL"], roleNames.dispatcher),
    reconciler: passwordOf(env["RECONCILER_DATABASE_URL"], roleNames.reconciler),
  };
}

function passwordOf(address: string | undefined, role: string): string | undefined {
  const url = address === undefined || !URL.canParse(address) ? undefined : new URL(address);
  return url?.username === role && url.password !== "" ? decodeURIComponent(url.password) : undefined;
}
