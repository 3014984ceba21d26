// Part of `npm run build`: bundles the workflow code of the built output once, so that no worker has to.
import { writeFileSync } from "node:fs";
import { builtBundle, makeWorkflowBundle } from "../worker/workflow-bundle.ts";

writeFileSync(builtBundle, (await makeWorkflowBundle()).code);
