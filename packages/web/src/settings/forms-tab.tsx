import type { FormReply } from "@mainspring/api";
import { isJsonObject, type JsonObject, type ReadonlyJson } from "@mainspring/core";
import { Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState, type ReactElement } from "react";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { firstDraft, formOf, type Draft } from "../tasks/form-model.ts";
import { SchemaForm } from "../tasks/schema-form.tsx";
import { readPayload } from "../workflows/payload-text.ts";
import { formsQuery } from "./queries.ts";
import { codeField, NameField, proseField, SettingEditor, useSaving } from "./setting-editor.tsx";
import { SettingList } from "./setting-list.tsx";
import { ChangeButton, Changed, RemoveButton, SettingLine } from "./setting-parts.tsx";

/** What people are asked in tasks, by name, so that several workflows can ask the same. */
export function FormsTab(): ReactElement {
  const { client } = useSignedIn();
  return (
    <SettingList
      kind="form"
      title="Forms"
      order="by their names"
      about="What people are asked in tasks. A change counts for tasks that open from then on; people are held to what they were shown."
      query={useQuery(formsQuery(client))}
      empty="With one, several workflows can ask people the same."
      line={(form) => <FormLine key={`${form.name} ${form.system}`} form={form} />}
      maker="author"
      editor={(onClose) => <FormForm onClose={onClose} />}
    />
  );
}

function FormLine({ form }: { form: FormReply }): ReactElement {
  const { client } = useSignedIn();
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
          {updatedAt === null ? null : <Changed at={updatedAt} by={updatedBy} />}
        </>
      }
      actions={
        mayWrite ? (
          <>
            <ChangeButton
              verb={system ? "Replace" : "Change"}
              what={`the form ${name}`}
              onClick={() => setEditing(true)}
            />
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
  const [name, setName] = useState(form?.name ?? "");
  const [title, setTitle] = useState(form?.title ?? "");
  const [text, setText] = useState(() => JSON.stringify(form?.schema ?? firstSchema, undefined, 2));
  const read = readPayload(text);
  const schema = read.ok && isJsonObject(read.payload) ? read.payload : undefined;
  const problem = !read.ok ? read.problem : schema === undefined ? "A schema is an object." : undefined;
  const saving = useSaving({
    queryKey: ["forms"],
    fields,
    save: () =>
      client.forms.put({
        params: { name: name.trim() },
        body: { schema: schema ?? {}, ...(title.trim() === "" ? {} : { title: title.trim() }) },
        ...(form === undefined || form.revision === null ? {} : { ifMatch: form.revision }),
      }),
    onSaved: onClose,
  });
  const { issues, edited } = saving;
  return (
    <SettingEditor
      title={form === undefined ? "New form" : form.system ? `Replace the form ${form.name}` : `Change ${form.name}`}
      isNew={form === undefined}
      saving={saving}
      isSound={problem === undefined}
      onClose={onClose}
    >
      {form?.system === true ? (
        <p>A form of your tenant stands in for the system's of the same name. Deleting it brings that back.</p>
      ) : null}
      <div className="fields-pair">
        {form === undefined ? (
          <NameField
            saving={saving}
            label="Name"
            description="by which tasks name it"
            value={name}
            maxLength={64}
            onChange={setName}
          />
        ) : null}
        <TextInput
          {...proseField}
          label="Title (optional)"
          description={form === undefined ? "for people" : undefined}
          value={title}
          maxLength={200}
          error={issues.at("/title")}
          onChange={edited(setTitle)}
        />
      </div>
      <Textarea
        {...codeField}
        className="json-editor form-schema"
        label="Schema of the answer"
        value={text}
        error={problem ?? issues.at("/schema")}
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
    </SettingEditor>
  );
}
