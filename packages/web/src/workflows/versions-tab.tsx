import type { WorkflowReply } from "@mainspring/api";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { versionQuery } from "../app/queries.ts";
import { JsonView } from "../parts/json-view.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { MoreButton } from "../parts/more-button.tsx";
import { Sentence } from "../parts/sentence.tsx";
import { actorText } from "../session/actor-text.ts";
import { useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";
import { boundsText } from "./bounds-text.ts";
import { DraftPanel } from "./draft-panel.tsx";
import { versionListQuery } from "./queries.ts";
import type { WorkflowTabProps } from "./workflow-search.ts";

/** The draft, then what was published. */
export function VersionsTab({ workflow, search, onSearch }: WorkflowTabProps): ReactElement {
  const { client, identity } = useSignedIn();
  const list = useInfiniteQuery(versionListQuery(client, workflow.key));
  const { publishedVersion } = workflow;
  return (
    <div className="workflow-part">
      <DraftPanel workflow={workflow} />
      <Definition
        isOpen={search.version === "draft"}
        label="the draft"
        onToggle={(isOpen) => onSearch({ ...search, version: isOpen ? "draft" : undefined })}
      >
        <Document source={workflow.source} definition={workflow.definition} label="the draft" />
      </Definition>
      <h2>Published versions</h2>
      <Loaded query={list} what="versions" height={120}>
        {({ pages }) => {
          const versions = pages.flatMap((page) => page.items);
          if (versions.length === 0) return <p className="muted">None yet.</p>;
          return (
            <div className="panel">
              <ol className="versions" aria-label="Versions, newest first">
                {versions.map(({ version, definitionHash, publishedAt, publishedBy }, index) => {
                  const before = versions[index + 1]?.version;
                  const isOpen = search.version === version;
                  return (
                    <li key={version}>
                      <div className="version-line">
                        <span>
                          <strong>v{version}</strong>{" "}
                          {version === publishedVersion ? <span className="version-now small">published</span> : null}
                        </span>
                        <code className="muted small" title={definitionHash}>
                          {definitionHash.slice(0, 12)}
                        </code>
                        <span className="muted small">
                          published <Moment at={publishedAt} />
                          {publishedBy === null ? null : ` by ${actorText(publishedBy, identity.keyId)}`}
                        </span>
                        <span className="version-acts small">
                          {before === undefined ? null : (
                            <button
                              type="button"
                              className="text-button"
                              onClick={() => onSearch({ tab: "compare", from: before, to: version })}
                            >
                              compare with v{before}
                            </button>
                          )}
                          <button
                            type="button"
                            className="text-button"
                            aria-expanded={isOpen}
                            onClick={() => onSearch({ ...search, version: isOpen ? undefined : version })}
                          >
                            definition<span className="visually-hidden"> of version {version}</span>
                          </button>
                        </span>
                      </div>
                      {isOpen ? <VersionDocument workflow={workflow.key} version={version} /> : null}
                    </li>
                  );
                })}
              </ol>
              <MoreButton list={list} />
            </div>
          );
        }}
      </Loaded>
    </div>
  );
}

function Definition({
  isOpen,
  label,
  onToggle,
  children,
}: {
  isOpen: boolean;
  label: string;
  onToggle: (isOpen: boolean) => void;
  children: ReactElement;
}): ReactElement {
  return (
    <div>
      <button type="button" className="text-button small" aria-expanded={isOpen} onClick={() => onToggle(!isOpen)}>
        {isOpen ? "Hide" : "Show"} {label}
      </button>
      {isOpen ? children : null}
    </div>
  );
}

function VersionDocument({ workflow, version }: { workflow: string; version: number }): ReactElement {
  const { client } = useSignedIn();
  const read = useQuery(versionQuery(client, workflow, version));
  return (
    <div className="version-document">
      <Loaded query={read} what="the definition" height={200}>
        {({ source, definition, bounds }) => (
          <>
            <p className="muted small">
              <Sentence text={boundsText(bounds)} />
            </p>
            <Document source={source} definition={definition} label={`version ${version}`} />
          </>
        )}
      </Loaded>
    </div>
  );
}

/** The YAML that it was sent as, else its JSON. */
function Document({
  source,
  definition,
  label,
}: {
  source: string | null;
  definition: WorkflowReply["definition"];
  label: string;
}): ReactElement {
  if (source === null) return <JsonView value={definition} label={label} />;
  return (
    <pre className="version-source" tabIndex={0} role="region" aria-label={`YAML of ${label}`}>
      {source}
    </pre>
  );
}
