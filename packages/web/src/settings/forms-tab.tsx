import type { FormReply } from "@mainspring/api";
import { isJsonObject, type JsonObject, type ReadonlyJson } from "@mainspring/core";
import { Button, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState, type ReactElement } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { Empty } from "../parts/empty.tsx";
import { issuesByField } from "../parts/field-issues.ts";
import { Loaded } from "../parts/loaded.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { actorText } from "../session/actor-text.ts";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { firstDraft, formOf, type Draft } from "../tasks/form-model.ts";
import { SchemaForm } from "../tasks/schema-form.tsx";
import { Moment } from "../time/moment.tsx";
import { readPayload } from "../workflows/payload-text.ts";
import { formsQuery } from "./queries.ts";
import { RemoveButton, SettingLine, SettingsHead } from "./setting-parts.tsx";
import "../parts/fields.css";

/** What people are asked in tasks, by name, so that several workflows can ask the same. */
export function FormsTab(): ReactElement {
  const { client } = useSignedIn();
  const mayWrite = useMay("author");
  const [isCreating, setCreating] = useState(false);
  const list = useQuery(formsQuery(client));
  return (
    <section aria-label="Forms">
      <SettingsHead
        end={
          mayWrite ? (
            <Button size="xs" onClick={() => setCreating(true)}>
              New form…
            </Button>
          ) : null
        }
      >
        What people are asked in tasks. A change counts for tasks that open from then on; people are held to what they
        were shown.
      </SettingsHead>
      <Loaded query={list} what="forms" height={120}>
        {(forms) => (
          <div className="panel settings-list">
            {forms.length === 0 ? (
              <Empty title="No forms yet" />
            ) : (
              <ul aria-label="Forms, by their names">
                {forms.map((form) => (
                  <FormLine key={`${form.name} ${form.system}`} form={form} />
                ))}
              </ul>
            )}
          </div>
        )}
      </Loaded>
      {isCreating ? <FormForm onClose={() => setCreating(false)} /> : null}
    </section>
  );
}

function FormLine({ form }: { form: FormReply }): ReactElement {
  const { client, identity } = useSignedIn();
  const mayWrite = useMay("author");
  const [isEditing, setEditing] = useState(false);
  const { name, title, schema, system, updatedAt, updatedBy } = form;
  return (
    <SettingLine
      name={name}
      facts={
        <>
          {title === name ? "" : `${title} · `}
          {system ? "of the system" : ""}
          {updatedAt === null ? null : (
            <>
              changed <Moment at={updatedAt} />
              {updatedBy === null ? "" : ` by ${actorText(updatedBy, identity.keyId)}`}
            </>
          )}
        </>
      }
      actions={
        mayWrite ? (
          <>
            <Button
              size="compact-xs"
              variant="default"
              aria-label={system ? `Replace the form ${name}` : `Change the form ${name}`}
              onClick={() => setEditing(true)}
            >
              {system ? "Replace…" : "Change…"}
            </Button>
            {system ? null : (
              <RemoveButton
                verb="Delete"
                what={`the form ${name}`}
                queryKey={["forms"]}
                remove={() => client.forms.remove({ params: { name } })}
              >
                Tasks that are open keep it; those that would open fail, unless the system has a form of the name.
              </RemoveButton>
            )}
          </>
        ) : null
      }
    >
      <details className="small">
        <summary className="muted">What it asks</summary>
        <FormPreview schema={schema} />
      </details>
      {isEditing ? <FormForm form={form} onClose={() => setEditing(false)} /> : null}
    </SettingLine>
  );
}

/** The form as people are shown it; what is typed goes nowhere. */
function FormPreview({ schema }: { schema: ReadonlyJson }): ReactElement {
  const field = useMemo(() => formOf(schema), [schema]);
  const [draft, setDraft] = useState<Draft>(() => firstDraft(schema));
  return (
    <div className="form-preview">
      <SchemaForm field={field} draft={draft} problems={[]} onChange={setDraft} />
    </div>
  );
}

const firstSchema: JsonObject = {
  type: "object",
  required: ["approved"],
  properties: {
    approved: { type: "boolean", title: "Approve?" },
    comment: { type: "string", title: "Comment", maxLength: 2_000 },
  },
};
const fields = ["/name", "/title", "/schema"];

/**
 * Makes a form, changes one, or puts one of the tenant in the place of the system's.
 * @param form left out: a new one
 */
function FormForm({ form, onClose }: { form?: FormReply; onClose: () => void }): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [name, setName] = useState(form?.name ?? "");
  const [title, setTitle] = useState(form?.title ?? "");
  const [text, setText] = useState(() => JSON.stringify(form?.schema ?? firstSchema, undefined, 2));
  const read = readPayload(text);
  const schema = read.ok && isJsonObject(read.payload) ? read.payload : undefined;
  const problem = !read.ok ? read.problem : schema === undefined ? "A schema is an object." : undefined;
  const save = useMutation({
    mutationFn: () => {
      if (schema === undefined) throw new Error("there is no schema");
      return client.forms.put({
        params: { name: name.trim() },
        body: { schema, ...(title.trim() === "" ? {} : { title: title.trim() }) },
        ...(form === undefined || form.revision === null ? {} : { ifMatch: form.revision }),
      });
    },
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["forms"] });
      onClose();
    },
  });
  const issues = issuesByField(save.error, fields);
  function edited(set: (value: string) => void): (event: { currentTarget: { value: string } }) => void {
    return ({ currentTarget: { value } }) => {
      if (save.error !== null) save.reset();
      set(value);
    };
  }
  return (
    <Dialog
      title={form === undefined ? "New form" : form.system ? `Replace the form ${form.name}` : `Change ${form.name}`}
      onClose={onClose}
      wide
      keepsTyped
    >
      <form
        className="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (problem === undefined) save.mutate();
        }}
      >
        {form?.system === true ? (
          <p>A form of your tenant stands in for the system's of the same name. Deleting it brings that back.</p>
        ) : null}
        <div className="fields-pair">
          {form === undefined ? (
            <TextInput
              label="Name"
              description="by which tasks name it"
              value={name}
              maxLength={64}
              required
              withAsterisk={false}
              autoComplete="off"
              error={issues.at("/name")}
              errorProps={{ role: "alert" }}
              onChange={edited(setName)}
            />
          ) : null}
          <TextInput
            label="Title (optional)"
            description={form === undefined ? "for people" : undefined}
            value={title}
            maxLength={200}
            error={issues.at("/title")}
            errorProps={{ role: "alert" }}
            onChange={edited(setTitle)}
          />
        </div>
        <Textarea
          className="json-editor form-schema"
          label="Schema of the answer"
          value={text}
          spellCheck={false}
          error={problem ?? issues.at("/schema")}
          errorProps={{ role: "alert" }}
          onChange={edited(setText)}
        />
        <fieldset className="form-shown">
          <legend>As people are shown it</legend>
          {schema === undefined ? (
            <p className="muted small">It stands here once the schema can be read.</p>
          ) : (
            <FormPreview key={text} schema={schema} />
          )}
        </fieldset>
        {save.error === null || issues.rest === null ? null : <ProblemNotice error={issues.rest} />}
        <div className="dialog-actions">
          <Button variant="default" onClick={onClose}>
            Close
          </Button>
          <Button type="submit" loading={save.isPending}>
            {form === undefined ? "Create" : "Save"}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
