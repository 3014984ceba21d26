import { tenantRoles, type TenantRole } from "@mainspring/api";
import { Button, NativeSelect, Skeleton, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";
import { ConfirmDialog, ShownOnce } from "./shown-once.tsx";

const roleTexts: Record<TenantRole, string> = {
  viewer: "viewer: reads",
  operator: "operator: starts, cancels, answers, redelivers",
  author: "author: changes workflows",
  admin: "admin: everything",
};

/** Who may act for the tenant. */
export function ApiKeysTab(): ReactElement {
  const { client, identity } = useSignedIn();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState<TenantRole>("viewer");
  const [revoking, setRevoking] = useState<{ readonly id: string; readonly name: string } | undefined>(undefined);
  const list = useQuery({
    queryKey: ["api-keys"],
    queryFn: async ({ signal }) => (await client.apiKeys.list({ signal })).items,
  });
  const onSettled = (): void => void queries.invalidateQueries({ queryKey: ["api-keys"] });
  const create = useMutation({
    mutationFn: () => client.apiKeys.create({ body: { name: name.trim(), role } }),
    onSuccess: () => setName(""),
    onSettled,
  });
  const revoke = useMutation({
    mutationFn: (id: string) => client.apiKeys.revoke({ params: { id } }),
    onSuccess: () => setRevoking(undefined),
    onSettled,
  });
  if (list.data === undefined)
    return list.error === null ? (
      <Skeleton height={160} />
    ) : (
      <ProblemNotice error={list.error} onRetry={() => void list.refetch()} />
    );
  return (
    <section aria-label="API keys">
      <div className="settings-head">
        <p className="muted">Only their hashes are stored; a key is shown once, when it is made.</p>
      </div>
      <form
        className="settings-form panel"
        aria-label="Create an API key"
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <TextInput
          size="xs"
          label="Name"
          value={name}
          maxLength={200}
          required
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          label="Role"
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as TenantRole)}
          data={tenantRoles.map((each) => ({ value: each, label: roleTexts[each] }))}
        />
        <Button size="xs" type="submit" loading={create.isPending}>
          Create
        </Button>
        {create.error === null ? null : <ProblemNotice error={create.error} />}
      </form>
      <div className="panel settings-list">
        <ul>
          {list.data.map((key) => (
            <li key={key.id} className="setting setting-line" data-off={key.revokedAt === null ? undefined : ""}>
              <span className="setting-name">
                <strong>{key.name}</strong>
                <span className="muted">
                  {key.role} · made <Moment at={key.createdAt} />
                  {key.id === identity.keyId ? " · this one" : ""}
                  {key.revokedAt === null ? null : (
                    <>
                      {" · revoked "}
                      <Moment at={key.revokedAt} />
                    </>
                  )}
                </span>
              </span>
              {key.revokedAt === null && key.id !== identity.keyId ? (
                <span className="setting-actions">
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Revoke the key ${key.name}`}
                    onClick={() => setRevoking(key)}
                  >
                    Revoke…
                  </Button>
                </span>
              ) : null}
            </li>
          ))}
        </ul>
      </div>
      {create.data === undefined ? null : (
        <ShownOnce title="The new key" value={create.data.key} onClose={() => create.reset()} />
      )}
      {revoking === undefined ? null : (
        <ConfirmDialog
          title={`Revoke the key ${revoking.name}?`}
          action="Revoke key"
          isPending={revoke.isPending}
          error={revoke.error === null ? null : <ProblemNotice error={revoke.error} />}
          onConfirm={() => revoke.mutate(revoking.id)}
          onClose={() => setRevoking(undefined)}
        >
          It is refused from the next request on. A revoked key cannot be brought back.
        </ConfirmDialog>
      )}
    </section>
  );
}
