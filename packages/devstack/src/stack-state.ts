// What the stack keeps between two starts, in `.mainspring/state.json`: keys and passwords that it gave out.
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { readJson, writeAtomically } from "./dev-json.ts";

export type StackState = {
  platformKey: string;
  rolePasswords: { app: string; dispatcher: string; reconciler: string };
  /** Protects secrets, which are lost without it. */
  masterKeys: string;
  /** The demo tenant; its runs may call the stack itself at `url`. */
  demo?: { tenantId: string; apiKey: string };
};

export function readState(folder: string): StackState {
  mkdirSync(folder, { recursive: true });
  const stored = readJson(stateFile(folder)) as (Omit<StackState, "masterKeys"> & Partial<StackState>) | undefined;
  if (stored?.masterKeys !== undefined) return { ...stored, masterKeys: stored.masterKeys };
  const state: StackState = {
    masterKeys: randomBytes(32).toString("hex"),
    platformKey: `msp_${secret()}`,
    rolePasswords: { app: secret(), dispatcher: secret(), reconciler: secret() },
    ...stored,
  };
  writeState(folder, state);
  return state;
}

export function writeState(folder: string, state: StackState): void {
  writeAtomically(stateFile(folder), `${JSON.stringify(state, null, 2)}\n`);
}

function stateFile(folder: string): string {
  return join(folder, "state.json");
}

function secret(): string {
  return randomBytes(24).toString("base64url");
}
