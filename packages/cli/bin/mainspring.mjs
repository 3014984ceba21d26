#!/usr/bin/env node
import { bootstrap } from "../../../scripts/bootstrap.mjs";

await bootstrap("cli", process.argv.slice(2));
