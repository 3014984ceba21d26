import { webhookSchemes, type WebhookReply } from "@mainspring/api";
import { NativeSelect, PasswordInput, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { workflowsQuery } from "../app/queries.ts";
import { useSignedIn } from "../session/use-session.tsx";
import { codeField, NameField, proseField, SettingEditor, useSaving } from "./setting-editor.tsx";
import { expressionOf, headersOf, textOf } from "./webhook-draft.ts";

type Scheme = (typeof webhookSchemes)[number];

export const schemeNames: Record<Scheme, string> = {
  standard: "Standard Webhooks",
  github: "GitHub",
  stripe: "Stripe",
  slack: "Slack",
};

export interface MadeSecret {
  readonly key: string;
  readonly path: string;
  readonly secret: string;
}

const fields = ["/key", "/scheme", "/description", "/secret", "/eventName", "/correlationKey", "/headers", "/workflow"];

/**
 * Makes an endpoint, or changes one.
 * @param webhook left out: a new one
 * @param onMade of a new one: with the secret, if one was made
 */
export function WebhookForm({
  webhook,
  onClose,
  onMade,
}: {
  webhook?: WebhookReply;
  onClose: () => void;
  onMade?: (made: MadeSecret | undefined) => void;
}): ReactElement {
  const { client } = useSignedIn();
  const workflows = useQuery(workflowsQuery(client));
  const [key, setKey] = useState(webhook?.key ?? "");
  const [scheme, setScheme] = useState<Scheme>(webhook?.scheme ?? "standard");
  const [description, setDescription] = useState(webhook?.description ?? "");
  const [secret, setSecret] = useState("");
  const [eventName, setEventName] = useState(textOf(webhook?.eventName));
  const [correlationKey, setCorrelationKey] = useState(textOf(webhook?.correlationKey));
  const [headers, setHeaders] = useState(webhook?.headers.join(", ") ?? "");
  const [workflow, setWorkflow] = useState(webhook?.workflow ?? "");
  const [waitS, setWaitS] = useState(
    webhook === undefined || webhook.reply === null ? "" : String(webhook.reply.waitMs / 1_000),
  );
  const waits = workflow !== "" && waitS.trim() !== "";
  const isWait = !waits || (Number(waitS) > 0 && Number(waitS) <= 30);
  const saving = useSaving({
    queryKey: ["webhooks"],
    fields,
    save: async () => {
      const settings = {
        scheme,
        enabled: webhook?.enabled ?? true,
        description: description.trim() === "" ? null : description.trim(),
        eventName: expressionOf(eventName, webhook?.eventName),
        correlationKey: expressionOf(correlationKey, webhook?.correlationKey),
        headers: headersOf(headers),
        workflow: workflow === "" ? null : workflow,
        reply: waits ? { waitMs: Math.round(Number(waitS) * 1_000) } : null,
      };
      if (webhook !== undefined) {
        await client.webhooks.put({ params: { key: webhook.key }, body: settings, ifMatch: webhook.revision });
        return undefined;
      }
      const created = await client.webhooks.create({
        body: { key: key.trim(), ...settings, ...(secret === "" ? {} : { secret }) },
      });
      return created.secret === undefined
        ? undefined
        : { key: created.key, path: created.path, secret: created.secret };
    },
    onSaved: (made) => {
      onClose();
      onMade?.(made);
    },
  });
  const { issues, edited } = saving;
  return (
    <SettingEditor
      title={webhook === undefined ? "New webhook" : `Change the webhook ${webhook.key}`}
      isNew={webhook === undefined}
      saving={saving}
      isSound={isWait}
      onClose={onClose}
    >
      <div className="fields-pair">
        {webhook === undefined ? (
          <NameField
            saving={saving}
            label="Key"
            description="in its address, and the source of its events"
            value={key}
            maxLength={63}
            onChange={setKey}
          />
        ) : null}
        <NativeSelect
          label="Who calls"
          description="and how the call is signed"
          value={scheme}
          error={issues.at("/scheme")}
          onChange={edited((value) => setScheme(value as Scheme))}
          data={webhookSchemes.map((each) => ({ value: each, label: schemeNames[each] }))}
        />
      </div>
      <TextInput
        {...proseField}
        label="Description (optional)"
        value={description}
        maxLength={1_000}
        error={issues.at("/description")}
        onChange={edited(setDescription)}
      />
      {webhook === undefined ? (
        <PasswordInput
          {...codeField}
          label="Secret (optional)"
          description="as the other side shows it; left empty, one is made and shown once"
          value={secret}
          maxLength={1_000}
          error={issues.at("/secret")}
          onChange={edited(setSecret)}
        />
      ) : null}
      <p className="muted small">
        The next two are expressions over <code>headers</code>, <code>query</code> and <code>body</code>; a fixed text
        stands in quotes.
      </p>
      <div className="fields-pair">
        <TextInput
          {...codeField}
          label="Correlation key (optional)"
          placeholder="body.order.id"
          value={correlationKey}
          maxLength={1_000}
          classNames={{ input: "mono" }}
          error={issues.at("/correlationKey")}
          onChange={edited(setCorrelationKey)}
        />
        <TextInput
          {...codeField}
          label="Event name (optional)"
          placeholder="as the caller has it"
          value={eventName}
          maxLength={1_000}
          classNames={{ input: "mono" }}
          error={issues.at("/eventName")}
          onChange={edited(setEventName)}
        />
      </div>
      <TextInput
        {...codeField}
        label="Headers in the payload (optional)"
        description="with any, the payload is {headers, body}; without, it is the body"
        placeholder="x-request-id, x-shop"
        value={headers}
        maxLength={4_000}
        error={issues.at("/headers")}
        onChange={edited(setHeaders)}
      />
      <div className="fields-pair">
        <NativeSelect
          label="Start a workflow (optional)"
          description="by each new event, beside waits and triggers"
          value={workflow}
          error={issues.at("/workflow")}
          onChange={edited(setWorkflow)}
          data={[
            { value: "", label: "None" },
            ...[
              ...new Set([...(workflow === "" ? [] : [workflow]), ...(workflows.data ?? []).map((each) => each.key)]),
            ],
          ]}
        />
        {workflow === "" ? null : (
          <TextInput
            {...codeField}
            label="Wait for its output (optional)"
            description="seconds, 30 at most; then the call is answered with it"
            inputMode="decimal"
            value={waitS}
            error={isWait ? undefined : "Type seconds, 30 at most."}
            onChange={edited(setWaitS)}
          />
        )}
      </div>
    </SettingEditor>
  );
}
