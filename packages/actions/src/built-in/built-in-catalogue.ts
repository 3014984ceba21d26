// `@mainspring/actions/catalogue`: what comes with the product, as data, for those who list and check and never perform.
import { catalogue, type CatalogueEntry } from "../catalogue.ts";
import { createRegistry } from "../registry.ts";
import { builtInActions } from "./built-in-actions.ts";

export type { CatalogueEntry } from "../catalogue.ts";

/** The built-in actions in the order of their ids. */
export function builtInCatalogue(): CatalogueEntry[] {
  return catalogue(createRegistry(builtInActions));
}
