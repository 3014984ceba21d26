import { tenantRoles, type TenantRole } from "@mainspring/api";
import { NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Loaded } from "../parts/loaded.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";
import { apiKeysQuery } from "./queries.ts";
import { RemoveButton, SettingForm, SettingLine, SettingsHead } from "./setting-parts.tsx";
import { ShownOnce } from "./shown-once.tsx";

const roleTexts: Record<TenantRole, string> = {
  viewer: "viewer: reads",
  operator: "operator: starts, cancels, answers, redelivers",
  author: "author: changes workflows, schedules, event types",
  admin: "admin: everything",
};

/** Who may act for the tenant: each member, person or program, has a key with a role and groups. */
export function ApiKeysTab(): ReactElement {
  const { client } = useSignedIn();
  const list = useQuery(apiKeysQuery(client));
  return (
    <section aria-label="API keys">
      <SettingsHead>
        Each person and program that may act for this tenant has a key. Only its hash is stored; the key is shown once,
        when it is made.
      </SettingsHead>
      <CreateKey />
      <Loaded query={list} what="API keys" height={160}>
        {(keys) => {
          const [active, revoked] = [
            keys.filter(({ revokedAt }) => revokedAt === null),
            keys.filter(({ revokedAt }) => revokedAt !== null),
          ];
          return (
            <div className="panel settings-list">
              <ul aria-label="API keys, newest first">
                {active.map((key) => (
                  <KeyLine key={key.id} apiKey={key} />
                ))}
              </ul>
              {revoked.length === 0 ? null : (
                <details className="setting-revoked">
                  <summary className="muted small">
                    {revoked.length === 1 ? "1 revoked key" : `${revoked.length} revoked keys`}
                  </summary>
                  <ul aria-label="Revoked keys">
                    {revoked.map((key) => (
                      <KeyLine key={key.id} apiKey={key} />
                    ))}
                  </ul>
                </details>
              )}
            </div>
          );
        }}
      </Loaded>
    </section>
  );
}

interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly role: TenantRole;
  readonly groups: readonly string[];
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

function KeyLine({ apiKey: { id, name, role, groups, createdAt, revokedAt } }: { apiKey: ApiKey }): ReactElement {
  const { client, identity } = useSignedIn();
  return (
    <SettingLine
      name={name}
      isOff={revokedAt !== null}
      facts={
        <>
          {role}
          {groups.length === 0 ? "" : ` · ${groups.length === 1 ? "group" : "groups"} ${groups.join(", ")}`} · made{" "}
          <Moment at={createdAt} />
          {id === identity.keyId ? " · this one" : ""}
          {revokedAt === null ? null : (
            <>
              {" · revoked "}
              <Moment at={revokedAt} />
            </>
          )}
        </>
      }
      actions={
        revokedAt === null && id !== identity.keyId ? (
          <RemoveButton
            verb="Revoke"
            what={`the key ${name}`}
            queryKey={["api-keys"]}
            remove={() => client.apiKeys.revoke({ params: { id } })}
          >
            It is refused from the next request on. A revoked key cannot be brought back.
          </RemoveButton>
        ) : null
      }
    />
  );
}

function CreateKey(): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [role, setRole] = useState<TenantRole>("viewer");
  const [groups, setGroups] = useState("");
  const create = useMutation({
    mutationFn: () => client.apiKeys.create({ body: { name: name.trim(), role, groups: groupsOf(groups) } }),
    onSuccess: () => {
      setName("");
      setGroups("");
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["api-keys"] }),
  });
  return (
    <>
      <SettingForm
        label="Create an API key"
        action="Create"
        isPending={create.isPending}
        error={create.error}
        onSubmit={() => create.mutate()}
      >
        <TextInput
          size="xs"
          label="Name"
          value={name}
          maxLength={200}
          required
          withAsterisk={false}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <NativeSelect
          size="xs"
          label="Role"
          value={role}
          onChange={(event) => setRole(event.currentTarget.value as TenantRole)}
          data={tenantRoles.map((each) => ({ value: each, label: roleTexts[each] }))}
        />
        <TextInput
          size="xs"
          label="Groups (optional)"
          placeholder="billing, night shift"
          title="Tasks that are assigned to one of them are this key's too"
          value={groups}
          maxLength={2_000}
          onChange={(event) => setGroups(event.currentTarget.value)}
        />
      </SettingForm>
      {create.data === undefined ? null : (
        <ShownOnce title="The new key" value={create.data.key} onClose={() => create.reset()} />
      )}
    </>
  );
}

/** As they are typed: between commas. */
function groupsOf(text: string): string[] {
  return [
    ...new Set(
      text
        .split(",")
        .map((group) => group.trim())
        .filter((group) => group !== ""),
    ),
  ];
}
