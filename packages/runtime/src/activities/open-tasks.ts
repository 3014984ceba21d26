import { systemForm, type Json } from "@mainspring/core";
import { getForm, type TenantDb } from "@mainspring/store";
import { Crossing } from "../wire/crossing.ts";
import { businessDueAt } from "./business-time.ts";
import type { ActivityDependencies } from "./dependencies.ts";
import { flush } from "./flush.ts";
import type { OpenTasksArgs, OpenTasksResult } from "./task-contract.ts";

/**
 * Writes the journal, and with it the rows of tasks and waits, and looks up what the tasks need: a named form as it is now, and the instant
 * that a span of business time ends. A task opened again, after a continue-as-new, finds its rows there.
 */
export async function openTasks(dependencies: ActivityDependencies, args: OpenTasksArgs): Promise<Crossing> {
  const { tenantId, tasks, from } = args;
  await flush(dependencies, args);
  const asks = tasks.some(({ formName, due }) => formName !== undefined || due !== undefined);
  const opened = asks
    ? await dependencies.store.tenant(tenantId, async (db) => {
        const found: OpenTasksResult[number][] = [];
        for (const task of tasks) found.push(await openTask(db, task, from));
        return found;
      })
    : tasks.map(({ id, taskId }) => ({ kind: "taskOpened", id, taskId }) as const);
  return new Crossing(tenantId, opened satisfies OpenTasksResult);
}

async function openTask(
  db: TenantDb,
  { id, taskId, formName, due }: OpenTasksArgs["tasks"][number],
  from: string,
): Promise<OpenTasksResult[number]> {
  const schema = formName === undefined ? undefined : await formSchema(db, formName);
  const opened = { kind: "taskOpened", id, taskId, ...(schema === undefined ? {} : { schema }) } as const;
  // Of a form that there is not the run hears first: no calendar can make up for it.
  if (due === undefined || (formName !== undefined && schema === undefined)) return opened;
  const counted = await businessDueAt(db, due.business, from);
  if (counted.error !== undefined) return { kind: "commandFailed", id, error: counted.error };
  return { ...opened, dueAt: counted.dueAt, calendarVersion: counted.calendarVersion };
}

/** The tenant's form of the name, else the system's; undefined: there is none. */
async function formSchema(db: TenantDb, name: string): Promise<Json | undefined> {
  return (await getForm(db, name))?.schema ?? systemForm(name)?.schema;
}
