import type { HumanTaskDefinition } from "../../definition/steps/human-task.ts";
import { shown } from "../../definition/value.ts";
import type { HumanTaskStep } from "../../program/program.ts";
import type { CompileContext, StepPlace } from "../compile-context.ts";
import { without } from "../../values/without.ts";
import { didYouMean } from "../../values/nearest.ts";

export function compileHumanTask(
  c: CompileContext,
  step: HumanTaskDefinition,
  place: StepPlace,
): Omit<HumanTaskStep, "id" | "path"> {
  return without({
    type: "human.task",
    title: c.value(step.title, place, "/title"),
    description: c.optionalValue(step.description, place, "/description"),
    context: c.optionalValue(step.context, place, "/context"),
    assignTo: without({
      users: c.optionalValue(step.assignTo.users, place, "/assignTo/users"),
      groups: c.optionalValue(step.assignTo.groups, place, "/assignTo/groups"),
    }),
    form: compileForm(c, step.form, place),
    due: c.when(step.due, step.dueMs, place, "/due"),
    reminders: compileReminders(c, step, place),
    timeout: c.when(step.timeout, step.timeoutMs, place, "/timeout"),
    saveAs: c.target(step.saveAs, place, "/saveAs"),
    assign: c.assignments(step.assign, place, "/assign"),
  });
}

function compileForm(c: CompileContext, form: HumanTaskDefinition["form"], place: StepPlace): HumanTaskStep["form"] {
  const ref = form["ref"];
  if (ref === undefined || Object.keys(form).length > 1) {
    c.schema(form, place, "/form");
    return { schema: form };
  }
  if (typeof ref !== "string") {
    c.error("FIELD_TYPE", place, "/form/ref", "ref is the name of a form.", "Write the name as text.");
    return { ref: "" };
  }
  const forms = c.catalogue.forms?.map((entry) => entry.name);
  if (forms !== undefined && !forms.includes(ref)) {
    c.error("FORM_UNKNOWN", place, "/form/ref", `There is no form "${shown(ref)}".${didYouMean(ref, forms)}`);
  }
  return { ref };
}

function compileReminders(c: CompileContext, step: HumanTaskDefinition, place: StepPlace): HumanTaskStep["reminders"] {
  if (step.reminders === undefined) return undefined;
  const every = c.when(step.reminders.every, step.reminders.everyMs, place, "/reminders/every");
  const max = c.count(step.reminders.max, place, "/reminders/max", 1);
  return every === undefined ? undefined : { every, max };
}
