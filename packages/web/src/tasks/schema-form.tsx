import { useId, type ReactElement, type ReactNode } from "react";
import { leavesOf, optionText, sideBySideMax, type Draft, type Field, type FieldProblem } from "./form-model.ts";
import "./schema-form.css";

interface SchemaFormProps {
  readonly field: Field;
  readonly draft: Draft;
  readonly problems: readonly FieldProblem[];
  readonly onChange: (draft: Draft) => void;
}

/** The fields of a form. Each tells what is wrong with it, with its place in the answer. */
export function SchemaForm(props: SchemaFormProps): ReactElement {
  const { field } = props;
  if (field.kind !== "group") return <OneField {...props} field={field} />;
  const fields = field.fields.map((member) => <SchemaForm key={member.pointer} {...props} field={member} />);
  if (field.pointer === "") return <div className="form-fields">{fields}</div>;
  return (
    <fieldset className="form-group form-fields">
      <legend>
        {field.label} <RequiredMark field={field} />
      </legend>
      {field.description === undefined ? null : <p className="muted small">{field.description}</p>}
      {fields}
      <ProblemsAt pointer={field.pointer} problems={props.problems} />
    </fieldset>
  );
}

type LeafField = Exclude<Field, { kind: "group" }>;

function OneField({ field, draft, problems, onChange }: SchemaFormProps & { readonly field: LeafField }): ReactElement {
  const id = useId();
  const held = draft[field.pointer];
  const wrong = problems.filter(({ pointer }) => belongsTo(pointer, field));
  const set = (value: Draft[string] | undefined): void => {
    const { [field.pointer]: _before, ...others } = draft;
    onChange(value === undefined ? others : { ...others, [field.pointer]: value });
  };
  const described = [
    field.description === undefined ? "" : `${id}-help`,
    wrong.length === 0 ? "" : `${id}-problem`,
  ].filter((each) => each !== "");
  const control = {
    id,
    "aria-invalid": wrong.length > 0,
    "aria-describedby": described.length === 0 ? undefined : described.join(" "),
    "aria-required": field.isRequired,
    className: "form-input",
  };
  const text = typeof held === "string" ? held : Array.isArray(held) ? held.join("\n") : "";
  const below = (
    <>
      {field.description === undefined ? null : (
        <p id={`${id}-help`} className="muted small">
          {field.description}
        </p>
      )}
      <div id={`${id}-problem`}>
        <ProblemLines problems={wrong} at={field.pointer} />
      </div>
    </>
  );

  switch (field.kind) {
    case "yes-no":
      return (
        <Choices field={field} isInvalid={wrong.length > 0} below={below}>
          {[true, false].map((value) => (
            <label key={String(value)} className="form-option">
              <input type="radio" name={id} checked={held === value} onChange={() => set(value)} />
              {value ? "Yes" : "No"}
            </label>
          ))}
        </Choices>
      );
    case "choices": {
      const chosen = Array.isArray(held) ? held : [];
      return (
        <Choices field={field} isInvalid={wrong.length > 0} below={below}>
          {field.options.map(optionText).map((option) => (
            <label key={option} className="form-option">
              <input
                type="checkbox"
                checked={chosen.includes(option)}
                onChange={(event) =>
                  set(event.currentTarget.checked ? [...chosen, option] : chosen.filter((each) => each !== option))
                }
              />
              {option}
            </label>
          ))}
        </Choices>
      );
    }
    case "choice":
      if (field.options.length <= sideBySideMax) {
        return (
          <Choices field={field} isInvalid={wrong.length > 0} below={below}>
            {field.options.map(optionText).map((option) => (
              <label key={option} className="form-option">
                <input type="radio" name={id} checked={held === option} onChange={() => set(option)} />
                {option}
              </label>
            ))}
          </Choices>
        );
      }
      return (
        <Labelled field={field} id={id} below={below}>
          <select {...control} value={text} onChange={(event) => set(event.currentTarget.value)}>
            <option value="" />
            {field.options.map(optionText).map((option) => (
              <option key={option}>{option}</option>
            ))}
          </select>
        </Labelled>
      );
    case "text":
      return (
        <Labelled field={field} id={id} below={below}>
          {field.input === "long" ? (
            <textarea {...control} rows={3} value={text} onChange={(event) => set(event.currentTarget.value)} />
          ) : (
            <input
              {...control}
              type={field.input === "date" ? "date" : "text"}
              inputMode={field.input === "email" ? "email" : field.input === "url" ? "url" : undefined}
              value={text}
              autoComplete="off"
              onChange={(event) => set(event.currentTarget.value)}
            />
          )}
        </Labelled>
      );
    case "number":
      return (
        <Labelled field={field} id={id} below={below}>
          <input
            {...control}
            className="form-input form-number"
            inputMode="decimal"
            value={text}
            autoComplete="off"
            onChange={(event) => set(event.currentTarget.value)}
          />
        </Labelled>
      );
    case "lines":
    case "json":
      return (
        <Labelled field={field} id={id} below={below} hint={field.kind === "json" ? "as JSON" : "one a line"}>
          <textarea
            {...control}
            className={field.kind === "json" ? "form-input mono" : "form-input"}
            rows={3}
            spellCheck={field.kind === "lines"}
            value={text}
            onChange={(event) => set(event.currentTarget.value)}
          />
        </Labelled>
      );
    default:
      return unreachable(field);
  }
}

function unreachable(field: never): never {
  throw new Error(`no control for ${JSON.stringify(field)}`);
}

function Labelled({
  field,
  id,
  hint,
  below,
  children,
}: {
  field: Field;
  id: string;
  hint?: string;
  below: ReactNode;
  children: ReactNode;
}): ReactElement {
  return (
    <div className="form-field">
      <label htmlFor={id}>
        {field.label} <RequiredMark field={field} />
        {hint === undefined ? null : <span className="muted small">{field.isRequired ? hint : ` · ${hint}`}</span>}
      </label>
      {children}
      {below}
    </div>
  );
}

function Choices({
  field,
  isInvalid,
  below,
  children,
}: {
  field: Field;
  isInvalid: boolean;
  below: ReactNode;
  children: ReactNode;
}): ReactElement {
  return (
    <fieldset className="form-field form-choices" data-invalid={isInvalid}>
      <legend>
        {field.label} <RequiredMark field={field} />
      </legend>
      <div className="form-options">{children}</div>
      {below}
    </fieldset>
  );
}

function RequiredMark({ field }: { field: Field }): ReactElement | null {
  return field.isRequired ? null : <span className="muted small">optional</span>;
}

function ProblemsAt({
  pointer,
  problems,
}: {
  pointer: string;
  problems: readonly FieldProblem[];
}): ReactElement | null {
  return <ProblemLines problems={problems.filter((problem) => problem.pointer === pointer)} at={pointer} />;
}

/** @param at of what they stand beside: only a place within it is named */
function ProblemLines({ problems, at }: { problems: readonly FieldProblem[]; at: string }): ReactElement | null {
  if (problems.length === 0) return null;
  return (
    <>
      {problems.map(({ pointer, message }) => (
        <p key={`${pointer} ${message}`} className="form-problem small" data-tone="vermilion">
          {pointer === at ? null : <code>{pointer.slice(at.length)} </code>}
          {message}
        </p>
      ))}
    </>
  );
}

/** Whether a field of the form tells of this problem. */
export function isToldAtField(form: Field, { pointer }: FieldProblem): boolean {
  return leavesOf(form).some((field) => belongsTo(pointer, field));
}

/** A field that has no fields of its own also shows what is wrong inside its value. */
function belongsTo(pointer: string, field: Field): boolean {
  return pointer === field.pointer || (field.pointer !== "" && pointer.startsWith(`${field.pointer}/`));
}
