import { PasswordInput, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { Empty } from "../parts/empty.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { secretsQuery } from "./queries.ts";
import { Changed, RemoveButton, SettingForm, SettingLine, SettingsHead } from "./setting-parts.tsx";

/** What steps may use and nobody sees: values are written here, and never read. */
export function SecretsTab(): ReactElement {
  const { client } = useSignedIn();
  const isAdmin = useMay("admin");
  const list = useQuery(secretsQuery(client));
  return (
    <section aria-label="Secrets">
      <SettingsHead>
        Steps name them as <code>{"{ $secret: name }"}</code>. Their values are written here and shown by nothing.
      </SettingsHead>
      {isAdmin ? <SetSecret /> : null}
      <Loaded query={list} what="secrets" height={160}>
        {(secrets) => (
          <div className="panel settings-list">
            {secrets.length === 0 ? (
              <Empty title="No secrets yet">
                {isAdmin ? "The value of the first is written above." : "A key of the role admin writes them."}
              </Empty>
            ) : (
              <ul aria-label="Secrets, by their names">
                {secrets.map(({ name, version, updatedAt, updatedBy }) => (
                  <SettingLine
                    key={name}
                    name={name}
                    facts={
                      <>
                        version {version} · <Changed verb="set" at={updatedAt} by={updatedBy} />
                      </>
                    }
                    actions={
                      isAdmin ? (
                        <RemoveButton
                          verb="Delete"
                          what={`the secret ${name}`}
                          queryKey={["secrets"]}
                          remove={() => client.secrets.remove({ params: { name } })}
                        >
                          Calls that name it fail from then on. Its value cannot be brought back.
                        </RemoveButton>
                      ) : null
                    }
                  />
                ))}
              </ul>
            )}
          </div>
        )}
      </Loaded>
    </section>
  );
}

function SetSecret(): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [value, setValue] = useState("");
  const set = useMutation({
    mutationFn: () => client.secrets.set({ params: { name: name.trim() }, body: { value } }),
    onSuccess: () => {
      setName("");
      setValue("");
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ["secrets"] }),
  });
  return (
    <SettingForm
      label="Set a secret"
      action="Set"
      isPending={set.isPending}
      error={set.error}
      onSubmit={() => set.mutate()}
    >
      <TextInput
        size="xs"
        label="Name"
        value={name}
        maxLength={128}
        required
        withAsterisk={false}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <PasswordInput
        size="xs"
        label="Value"
        value={value}
        maxLength={16_384}
        minLength={8}
        required
        withAsterisk={false}
        autoComplete="off"
        onChange={(event) => setValue(event.currentTarget.value)}
      />
    </SettingForm>
  );
}
