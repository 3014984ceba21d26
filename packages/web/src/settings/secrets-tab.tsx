import { Button, PasswordInput, Skeleton, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Empty } from "../parts/empty.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { actorText } from "../session/actor-text.ts";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";
import { ConfirmDialog } from "./shown-once.tsx";

const listMax = 200;

/** What steps may use and nobody sees: values are written here, and never read. */
export function SecretsTab(): ReactElement {
  const { client, identity } = useSignedIn();
  const queries = useQueryClient();
  const isAdmin = useMay("admin");
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const [removing, setRemoving] = useState<string | undefined>(undefined);
  const list = useQuery({
    queryKey: ["secrets"],
    queryFn: async ({ signal }) => (await client.secrets.list({ query: { limit: listMax }, signal })).items,
  });
  const onSettled = (): void => void queries.invalidateQueries({ queryKey: ["secrets"] });
  const set = useMutation({
    mutationFn: () => client.secrets.set({ params: { name: name.trim() }, body: { value } }),
    onSuccess: () => {
      setName("");
      setValue("");
    },
    onSettled,
  });
  const remove = useMutation({
    mutationFn: (one: string) => client.secrets.remove({ params: { name: one } }),
    onSuccess: () => setRemoving(undefined),
    onSettled,
  });
  if (list.data === undefined)
    return list.error === null ? (
      <Skeleton height={160} />
    ) : (
      <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
    );
  return (
    <section aria-label="Secrets">
      <div className="settings-head">
        <p className="muted">
          Steps name them as <code>{"{ $secret: name }"}</code>. Their values are written here and shown by nothing.
        </p>
      </div>
      {isAdmin ? (
        <form
          className="settings-form panel"
          aria-label="Set a secret"
          onSubmit={(event) => {
            event.preventDefault();
            set.mutate();
          }}
        >
          <TextInput
            size="xs"
            label="Name"
            value={name}
            maxLength={128}
            required
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            size="xs"
            label="Value"
            value={value}
            maxLength={16_384}
            minLength={8}
            required
            autoComplete="off"
            onChange={(event) => setValue(event.currentTarget.value)}
          />
          <Button size="xs" type="submit" loading={set.isPending}>
            Set
          </Button>
          {set.error === null ? null : <ProblemNotice error={set.error} />}
        </form>
      ) : null}
      <div className="panel settings-list">
        {list.data.length === 0 ? (
          <Empty title="No secrets yet" />
        ) : (
          <ul>
            {list.data.map((secret) => (
              <li key={secret.name} className="setting setting-line">
                <span className="setting-name">
                  <strong>{secret.name}</strong>
                  <span className="muted">
                    version {secret.version} · set <Moment at={secret.updatedAt} />
                    {secret.updatedBy === null ? "" : ` by ${actorText(secret.updatedBy, identity.keyId)}`}
                  </span>
                </span>
                {isAdmin ? (
                  <span className="setting-actions">
                    <Button
                      size="compact-xs"
                      variant="default"
                      aria-label={`Delete the secret ${secret.name}`}
                      onClick={() => setRemoving(secret.name)}
                    >
                      Delete…
                    </Button>
                  </span>
                ) : null}
              </li>
            ))}
          </ul>
        )}
      </div>
      {removing === undefined ? null : (
        <ConfirmDialog
          title={`Delete the secret ${removing}?`}
          action="Delete secret"
          isPending={remove.isPending}
          error={remove.error === null ? null : <ProblemNotice error={remove.error} />}
          onConfirm={() => remove.mutate(removing)}
          onClose={() => setRemoving(undefined)}
        >
          Calls that name it fail from then on. Its value cannot be brought back.
        </ConfirmDialog>
      )}
    </section>
  );
}
