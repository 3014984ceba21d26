import { Button, PasswordInput } from "@mantine/core";
import type { ReactElement } from "react";
import { CopyId } from "../parts/copy-id.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { OtherKeys } from "./other-keys.tsx";
import { useKeyEntry } from "./use-key-entry.ts";
import { useSignedIn } from "./use-session.tsx";
import "./account.css";

/** Who one is signed in as, and the way to another tenant. */
export function AccountDialog({ onClose }: { onClose: () => void }): ReactElement {
  const { identity, session, signOut } = useSignedIn();
  const { tenant, role, keyName, keyId, groups } = identity;
  const others = session.others();
  function switchTo(apiKey: string): void {
    session.switchTo(apiKey, { tenant, role, name: keyName });
    window.location.assign("/runs"); // anew: nothing that was read for one tenant is shown for another
  }
  return (
    <Dialog title="Signed in" onClose={onClose}>
      <dl className="account-facts">
        <div>
          <dt className="muted">Tenant</dt>
          <dd>{tenant}</dd>
        </div>
        <div>
          <dt className="muted">Key</dt>
          <dd>
            {keyName} <CopyId id={keyId} label="key id" />
          </dd>
        </div>
        <div>
          <dt className="muted">Role</dt>
          <dd>{role}</dd>
        </div>
        {groups.length === 0 ? null : (
          <div>
            <dt className="muted">{groups.length === 1 ? "Group" : "Groups"}</dt>
            <dd>{groups.join(", ")}</dd>
          </div>
        )}
      </dl>
      <OtherKeys keys={others} onChoose={switchTo} />
      <AnotherKey onKey={switchTo} />
      <div className="dialog-actions">
        <Button variant="default" onClick={signOut}>
          {others.length === 0 ? "Sign out of Mainspring" : "Sign out of all"}
        </Button>
        <Button variant="default" onClick={onClose}>
          Close
        </Button>
      </div>
    </Dialog>
  );
}

function AnotherKey({ onKey }: { onKey: (apiKey: string) => void }): ReactElement {
  const entry = useKeyEntry(onKey);
  return (
    <form className="account-another" onSubmit={entry.onSubmit} noValidate>
      <PasswordInput
        label="Use another key"
        description="of another tenant or role; this one is kept in the tab for later"
        value={entry.apiKey}
        error={entry.error}
        errorProps={{ role: "alert" }}
        autoComplete="off"
        spellCheck={false}
        visibilityToggleButtonProps={{ "aria-label": "Show the key", tabIndex: 0 }}
        classNames={{ innerInput: "mono" }}
        onChange={entry.onChange}
      />
      <Button type="submit" variant="default" loading={entry.isBusy} disabled={entry.apiKey.trim() === ""}>
        Switch
      </Button>
    </form>
  );
}
