import { asOwner } from "@mainspring/store/testing";

/** Rows that runs write. What people write, and what is only read, is not among them. */
const tables = [
  "workflow_runs",
  "workflow_run_executions",
  "workflow_run_journal",
  "workflow_run_steps",
  "workflow_run_waits",
  "workflow_action_invocations",
  "workflow_event_deliveries",
  "workflow_tasks",
];

export interface RefusingDatabase {
  /** For so long from now each write of a run's rows is refused with this likelihood. */
  refuse(forMs: number, likelihood?: number): Promise<void>;
  /** It refuses nothing any more. */
  end(): Promise<void>;
}

/** Makes a database refuse writes when it is told to: the connection stays, and what is read is answered. */
export async function refusingDatabase(database: { readonly ownerUrl: string }): Promise<RefusingDatabase> {
  await asOwner(
    database,
    `create table refusing (until timestamptz not null, likelihood float8 not null);
     insert into refusing values ('-infinity', 0);
     create function refuse_some() returns trigger language plpgsql security definer as $$
       begin
         if exists (select from public.refusing where until > clock_timestamp() and random() < likelihood) then
           raise exception 'refused on purpose';
         end if;
         return null;
       end $$;
     ${tables.map((table) => `create trigger refuse before insert or update or delete on ${table} for each statement execute function refuse_some();`).join("\n")}`,
  );
  return {
    refuse: async (forMs, likelihood = 1) =>
      void (await asOwner(
        database,
        "update refusing set until = clock_timestamp() + $1 * interval '1 millisecond', likelihood = $2",
        [forMs, likelihood],
      )),
    end: async () =>
      void (await asOwner(
        database,
        `${tables.map((table) => `drop trigger refuse on ${table};`).join("\n")} drop function refuse_some(); drop table refusing;`,
      )),
  };
}
