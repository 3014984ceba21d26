import type { ReactElement } from "react";
import { useTitle } from "../app/use-title.ts";
import { ViewChips } from "../parts/chips.tsx";
import { Empty } from "../parts/empty.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { ApiKeysTab } from "./api-keys-tab.tsx";
import { AuditTab } from "./audit-tab.tsx";
import { CalendarsTab } from "./calendars-tab.tsx";
import { EventTypesTab } from "./event-types-tab.tsx";
import { FormsTab } from "./forms-tab.tsx";
import { SecretsTab } from "./secrets-tab.tsx";
import { missingRole, settingsTabs, tabNames, type SettingsSearch, type SettingsTab } from "./settings-search.ts";
import { UsageTab } from "./usage-tab.tsx";
import { WebhooksTab } from "./webhooks-tab.tsx";
import "./settings.css";

/** What a tenant is set up with: how others reach it, what it may use, who may act, what it has used and who changed it. */
export function SettingsPage({
  search,
  onSearch,
}: {
  search: SettingsSearch;
  onSearch: (next: SettingsSearch) => void;
}): ReactElement {
  useTitle("Settings");
  const { identity } = useSignedIn();
  const tab = search.tab ?? "webhooks";
  const missing = missingRole(tab, identity.role);
  return (
    <main className="page" id="main">
      <div className="page-head">
        <h1>Settings</h1>
      </div>
      <div className="settings-tabs">
        <ViewChips
          label="Which settings"
          views={settingsTabs}
          names={tabNames}
          shown={tab}
          onShow={(each) => onSearch(each === "webhooks" ? {} : { tab: each })}
        />
      </div>
      {missing === undefined ? (
        <Tab tab={tab} search={search} onSearch={onSearch} />
      ) : (
        <div className="panel">
          <Empty title="Your key may not see this">
            {tabNames[tab]} can be seen with a key of the role {missing}; yours has the role {identity.role}.
          </Empty>
        </div>
      )}
    </main>
  );
}

function Tab({
  tab,
  ...props
}: {
  tab: SettingsTab;
  search: SettingsSearch;
  onSearch: (next: SettingsSearch) => void;
}): ReactElement {
  switch (tab) {
    case "webhooks":
      return <WebhooksTab />;
    case "event-types":
      return <EventTypesTab />;
    case "calendars":
      return <CalendarsTab />;
    case "forms":
      return <FormsTab />;
    case "secrets":
      return <SecretsTab />;
    case "keys":
      return <ApiKeysTab />;
    case "usage":
      return <UsageTab />;
    case "audit":
      return <AuditTab {...props} />;
    default:
      return unreachable(tab);
  }
}

function unreachable(tab: never): never {
  throw new Error(`no tab ${String(tab)}`);
}
