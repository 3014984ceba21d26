import { Button, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { issuesByField, type FieldIssues } from "../parts/field-issues.ts";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import "../parts/fields.css";

/** The saving of a setting that is typed in a form. */
export interface Saving {
  readonly isPending: boolean;
  /** What the server has against it. */
  readonly issues: FieldIssues;
  start(): void;
  /** For a field's `onChange`: what was refused is forgotten once something else is typed. */
  edited<Value>(set: (value: Value) => void): (event: { currentTarget: { value: Value } }) => void;
}

/**
 * @param queryKey of the list that the setting stands in
 * @param fields where in the request the form's fields stand, as in `issuesByField`
 */
export function useSaving<Saved>({
  queryKey,
  fields,
  save,
  onSaved,
}: {
  queryKey: readonly string[];
  fields: readonly string[];
  save: () => Promise<Saved>;
  onSaved: (saved: Saved) => void;
}): Saving {
  const queries = useQueryClient();
  const act = useMutation({
    mutationFn: save,
    onSuccess: async (saved) => {
      await queries.invalidateQueries({ queryKey });
      onSaved(saved);
    },
  });
  return {
    isPending: act.isPending,
    issues: issuesByField(act.error, fields),
    start: () => act.mutate(),
    edited:
      (set) =>
      ({ currentTarget: { value } }) => {
        if (act.error !== null) act.reset();
        set(value);
      },
  };
}

/** Of fields in which names and code are typed. */
export const codeField = { errorProps: { role: "alert" }, autoComplete: "off", spellCheck: false } as const;

/** Of fields in which people write to people. */
export const proseField = { errorProps: { role: "alert" }, autoComplete: "off" } as const;

/** By what a new one is told apart: it cannot be changed afterwards. */
export function NameField({
  saving,
  label,
  description,
  value,
  maxLength,
  onChange,
}: {
  saving: Saving;
  label: "Name" | "Key";
  description?: string;
  value: string;
  maxLength: number;
  onChange: (value: string) => void;
}): ReactElement {
  return (
    <TextInput
      {...codeField}
      label={label}
      description={description}
      value={value}
      maxLength={maxLength}
      required
      withAsterisk={false}
      error={saving.issues.at(`/${label.toLowerCase()}`)}
      onChange={saving.edited(onChange)}
    />
  );
}

/** The dialog in which a setting is made or changed. */
export function SettingEditor({
  title,
  isNew,
  saving,
  isSound = true,
  onClose,
  children,
}: {
  title: string;
  isNew: boolean;
  saving: Saving;
  /** False: a field says already what is wrong with it, and nothing is sent. */
  isSound?: boolean;
  onClose: () => void;
  children: ReactNode;
}): ReactElement {
  const { issues, isPending } = saving;
  return (
    <Dialog title={title} onClose={onClose} wide keepsTyped>
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (isSound) saving.start();
        }}
      >
        {children}
        {issues.rest === null ? null : <ProblemNotice error={issues.rest} />}
        <div className="dialog-actions">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={isPending}>
            {isNew ? "Create" : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
