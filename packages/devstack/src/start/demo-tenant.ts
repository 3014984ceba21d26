import { type StackState, writeState } from "../stack-state.ts";
import { apiOf, expectStatus } from "./api.ts";

export type DemoTenant = NonNullable<StackState["demo"]>;

/** What the demo tenant's runs may call beside the public internet: services of one's own on this machine. */
export const demoEgress = ["127.0.0.1", "localhost"];

/** The tenant of the examples: the one of the last start, if the database still knows it. */
export async function demoTenant(folder: string, state: StackState, url: string): Promise<DemoTenant> {
  if (state.demo !== undefined) {
    const { status } = await apiOf(url, state.demo.apiKey).request("GET", "/api-keys/current");
    if (status === 200) return state.demo;
  }
  const platform = apiOf(url, state.platformKey);
  const tenant = await platform.request("POST", "/platform/tenants", {
    name: "Demo",
    egressAllow: demoEgress,
  });
  const tenantId = String(expectStatus(tenant, 201)["id"]);
  const key = await platform.request("POST", `/platform/tenants/${tenantId}/api-keys`, { name: "demo", role: "admin" });
  const demo = { tenantId, apiKey: String(expectStatus(key, 201)["key"]) };
  writeState(folder, { ...state, demo });
  return demo;
}
