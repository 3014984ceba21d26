import type { SwitchDefinition } from "../../definition/steps/control-switch.ts";
import type { SwitchStep } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";
import { without } from "../../values/without.ts";

export function compileControlSwitch(
  c: CompileContext,
  step: SwitchDefinition,
  place: StepPlace,
): Omit<SwitchStep, "id" | "path"> {
  return without({
    type: "control.switch",
    cases: step.cases.map((one, i) => ({
      when: c.value(one.when, place, `/cases/${i}/when`),
      steps: c.block(one.steps, place, { path: `.cases[${i}]`, pointer: `/cases/${i}/steps` }),
    })),
    default:
      step.default === undefined ? undefined : c.block(step.default, place, { path: ".default", pointer: "/default" }),
  });
}
