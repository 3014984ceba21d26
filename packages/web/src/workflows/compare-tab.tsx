import type { WorkflowReply } from "@mainspring/api";
import { NativeSelect } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { Empty } from "../parts/empty.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { DiffView } from "./diff-view.tsx";
import { diffQuery } from "./queries.ts";
import { useVersionNumbers } from "./use-version-numbers.ts";
import { sideOf, type VersionSide, type WorkflowTabProps } from "./workflow-search.ts";

/** Two versions, or a version and the draft, side by side. */
export function CompareTab({ workflow, search, onSearch }: WorkflowTabProps): ReactElement {
  const numbers = useVersionNumbers(workflow.key);
  const from = search.from ?? workflow.publishedVersion ?? numbers?.[0];
  const to = search.to ?? "draft";
  if (numbers?.length === 0)
    return (
      <div className="panel">
        <Empty title="There is nothing to compare yet">No version of this workflow was ever published.</Empty>
      </div>
    );
  const sides = [...new Set<VersionSide>(["draft", ...(from === undefined ? [] : [from]), to, ...(numbers ?? [])])];
  const options = sides.map((side) => ({ value: String(side), label: side === "draft" ? "Draft" : `Version ${side}` }));
  return (
    <section aria-label="Comparison" className="workflow-part">
      <div className="compare-sides">
        <NativeSelect
          size="xs"
          label="From"
          value={String(from ?? "")}
          data={options}
          onChange={({ currentTarget }) => onSearch({ ...search, from: sideOf(currentTarget.value) })}
        />
        <NativeSelect
          size="xs"
          label="To"
          value={String(to)}
          data={options}
          onChange={({ currentTarget }) => onSearch({ ...search, to: sideOf(currentTarget.value) })}
        />
      </div>
      {from === undefined ? null : <Comparison workflow={workflow} from={from} to={to} />}
    </section>
  );
}

/** @param workflow with the revision of its draft */
export function Comparison({
  workflow,
  from,
  to,
}: {
  workflow: WorkflowReply;
  from: VersionSide;
  to: VersionSide;
}): ReactElement {
  const { client } = useSignedIn();
  const diff = useQuery(diffQuery(client, workflow.key, from, to, workflow.revision));
  return (
    <div aria-busy={diff.isPlaceholderData}>
      <Loaded query={diff} what="the comparison" height={120}>
        {(data) => <DiffView diff={data} />}
      </Loaded>
    </div>
  );
}
