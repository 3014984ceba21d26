// Table of contents of `@mainspring/core/host`: what depends on the machine, and so is kept out of everything that runs workflows.

export { zoneOffset } from "./zone-offset.ts";
