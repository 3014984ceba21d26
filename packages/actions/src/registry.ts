import type { Action } from "./action.ts";

/** The actions that a worker performs or a server lists, by id. */
export interface Registry {
  get(id: string): Action | undefined;
  /** In the order of their ids. */
  list(): readonly Action[];
}

/** @throws TypeError when two actions have the same id */
export function createRegistry(actions: readonly Action[]): Registry {
  const byId = new Map<string, Action>();
  for (const action of actions) {
    if (byId.has(action.id)) throw new TypeError(`action ${action.id} is registered twice`);
    byId.set(action.id, action);
  }
  const ordered = [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { get: (id) => byId.get(id), list: () => ordered };
}
