import type { WebhookReply } from "@mainspring/api";
import { Button } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type ReactElement } from "react";
import { copyText } from "../parts/copy-id.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { StatusIcon } from "../status/status-icon.tsx";
import { Moment } from "../time/moment.tsx";
import { refusedCallsQuery, webhooksQuery } from "./queries.ts";
import { SettingList } from "./setting-list.tsx";
import { ChangeButton, RemoveButton } from "./setting-parts.tsx";
import { ShownOnce } from "./shown-once.tsx";
import { schemeNames, WebhookForm, type MadeSecret } from "./webhook-form.tsx";

const secretsMax = 2;

/** What the sender is not told. */
const refusalTexts: { readonly [reason: string]: string } = {
  "no-signature": "it had no signature",
  malformed: "its signature could not be read",
  "wrong-signature": "its signature was wrong, so the secret or the body was another one",
  "outside-window": "its time was too far from ours",
};

/** Addresses at which other systems tell of events. */
export function WebhooksTab(): ReactElement {
  const { client } = useSignedIn();
  const [made, setMade] = useState<MadeSecret | undefined>(undefined);
  return (
    <SettingList
      kind="webhook"
      title="Webhooks"
      order="by their keys"
      about="Addresses at which other systems tell of events. A call counts when its signature is right."
      query={useQuery(webhooksQuery(client))}
      empty="GitHub, Stripe, Slack, or whatever signs like Standard Webhooks."
      line={(webhook) => <WebhookLine key={webhook.key} webhook={webhook} onMade={setMade} />}
      maker="admin"
      editor={(onClose) => <WebhookForm onClose={onClose} onMade={setMade} />}
    >
      {made === undefined ? null : (
        <ShownOnce title={`The secret of ${made.key}`} value={made.secret} onClose={() => setMade(undefined)}>
          <p className="muted small">
            Enter it at the other side, with the address <code>{window.location.origin + made.path}</code>.
          </p>
        </ShownOnce>
      )}
    </SettingList>
  );
}

function WebhookLine({ webhook, onMade }: { webhook: WebhookReply; onMade: (made: MadeSecret) => void }): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const isAdmin = useMay("admin");
  const isAuthor = useMay("author");
  const refused = useQuery(refusedCallsQuery(client)).data?.get(webhook.key);
  const [isEditing, setEditing] = useState(false);
  const { key, path } = webhook;
  const params = { key };
  const onSettled = (): void => void queries.invalidateQueries({ queryKey: ["webhooks"] });
  const toggle = useMutation({
    mutationFn: () =>
      client.webhooks.put({
        params,
        body: {
          scheme: webhook.scheme,
          description: webhook.description,
          enabled: !webhook.enabled,
          eventName: webhook.eventName,
          correlationKey: webhook.correlationKey,
          headers: webhook.headers,
          workflow: webhook.workflow,
          reply: webhook.reply,
        },
        ifMatch: webhook.revision,
      }),
    onSettled,
  });
  const rotate = useMutation({
    mutationFn: () => client.webhooks.addSecret({ params }),
    onSuccess: ({ secret }) => {
      if (secret !== undefined) onMade({ key, path, secret });
    },
    onSettled,
  });
  const retire = useMutation({
    mutationFn: (id: string) => client.webhooks.removeSecret({ params: { key, id } }),
    onSettled,
  });
  const error = toggle.error ?? rotate.error ?? retire.error;
  return (
    <li className="setting">
      <div className="setting-line">
        <span className="setting-name">
          <StatusIcon
            status={webhook.enabled ? "SUCCEEDED" : "CANCELED"}
            size={14}
            title={webhook.enabled ? "on" : "switched off"}
          />
          <strong>{key}</strong> <span className="muted">{schemeNames[webhook.scheme]}</span>
          {webhook.enabled ? null : <span className="muted"> · switched off</span>}
        </span>
        <span className="setting-actions">
          <Link to="/events" search={{ source: key }} className="small">
            its events
          </Link>
          {isAuthor ? (
            <Button size="compact-xs" variant="default" loading={toggle.isPending} onClick={() => toggle.mutate()}>
              {webhook.enabled ? "Switch off" : "Switch on"}
            </Button>
          ) : null}
          {isAuthor ? <ChangeButton what={`the webhook ${key}`} onClick={() => setEditing(true)} /> : null}
          {isAdmin ? (
            <>
              {webhook.secrets.length < secretsMax ? (
                <Button size="compact-xs" variant="default" loading={rotate.isPending} onClick={() => rotate.mutate()}>
                  New secret
                </Button>
              ) : null}
              <RemoveButton
                verb="Delete"
                what={`the webhook ${key}`}
                queryKey={["webhooks"]}
                remove={() => client.webhooks.remove({ params })}
              >
                Its address answers 404 from then on, and its secrets are gone. The events that came by it stay.
              </RemoveButton>
            </>
          ) : null}
        </span>
      </div>
      {webhook.description === null ? null : <p className="muted">{webhook.description}</p>}
      <Address path={path} webhook={key} />
      {refused === undefined ? null : (
        <p className="setting-refused small" data-tone="amber">
          <StatusIcon status="unauthorised" size={14} />
          <span>
            A call was refused <Moment at={refused.at} />: {refusalTexts[refused.reason] ?? refused.reason}.{" "}
            <Link to="/events" search={{ show: "decisions", outcome: "unauthorised" }}>
              Refused calls
            </Link>
          </span>
        </p>
      )}
      <p className="muted small">
        {webhook.workflow === null ? "" : `starts ${webhook.workflow} · `}
        {webhook.correlationKey === null
          ? ""
          : `key ${typeof webhook.correlationKey === "string" ? webhook.correlationKey : webhook.correlationKey.$expr} · `}
        changed <Moment at={webhook.updatedAt} />
      </p>
      <ul className="setting-secrets small" aria-label={`Secrets of ${key}`}>
        {webhook.secrets.map(({ id, createdAt }, index) => (
          <li key={id}>
            <span>
              secret {index + 1} <span className="muted">since</span> <Moment at={createdAt} />
            </span>
            {isAdmin && webhook.secrets.length > 1 ? (
              <button
                type="button"
                className="text-button"
                disabled={retire.isPending}
                onClick={() => retire.mutate(id)}
              >
                remove secret {index + 1}
              </button>
            ) : null}
          </li>
        ))}
        {webhook.secrets.length === 0 ? <li className="muted">no secret: every call is refused</li> : null}
      </ul>
      {error === null ? null : <ProblemNotice error={error} />}
      {isEditing ? <WebhookForm webhook={webhook} onClose={() => setEditing(false)} /> : null}
    </li>
  );
}

function Address({ path, webhook }: { path: string; webhook: string }): ReactElement {
  const [said, setSaid] = useState("Copy");
  const address = window.location.origin + path;
  return (
    <p className="setting-address">
      <code>{address}</code>{" "}
      <button
        type="button"
        className="text-button small"
        aria-label={`Copy the address of ${webhook}`}
        onBlur={() => setSaid("Copy")}
        onClick={() => {
          copyText(address).then(
            () => setSaid("Copied"),
            () => setSaid("Not allowed"),
          );
        }}
      >
        {said}
      </button>
    </p>
  );
}
