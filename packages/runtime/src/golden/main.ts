// `npm run golden -- --record`: records the histories of `npm test`'s replays that are not there yet. `--anew` removes all of them first: until
// the first release that may be done, with a decision record.
import { parseArgs } from "node:util";
import { removeGoldenRuns } from "./folder.ts";
import { recordGolden } from "./record.ts";

const { values } = parseArgs({
  options: { record: { type: "boolean", default: false }, anew: { type: "boolean", default: false } },
});
if (!values.record) {
  process.stderr.write("Say --record, and --anew to make all of them anew.\n");
  process.exit(2);
}
if (values.anew) removeGoldenRuns();
const count = await recordGolden((line) => void process.stdout.write(`${line}\n`));
process.stdout.write(`${count} histories recorded\n`);
process.exit(0);
