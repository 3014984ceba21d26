// Loaded before each test file. A gate says the same of the same code twice, so what tests generate comes from one seed here; other cases are
// looked for by `npm run fuzz` and with MAINSPRING_SEED.
import fc from "fast-check";

fc.configureGlobal({ seed: Number(process.env["MAINSPRING_SEED"] || 20_270_101) });
