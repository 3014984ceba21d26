import type { RunCountsReply } from "@mainspring/api";
import { NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactElement, type ReactNode } from "react";
import { workflowsQuery } from "../app/queries.ts";
import { useKeys } from "../app/use-keys.ts";
import { StatusChips } from "../parts/chips.tsx";
import { useSignedIn } from "../session/use-session.tsx";
import { runStatuses } from "../status/status.ts";
import {
  runTriggers,
  searchTextMin,
  toggledStatus,
  withins,
  type RunsSearch,
  type RunTrigger,
  type Within,
} from "./runs-search.ts";

const typingPauseMs = 250;

export function RunFilters({
  search,
  counts,
  onSearch,
  children,
}: {
  search: RunsSearch;
  /** How many of the runs that are asked for are in each status, where it is known. */
  counts: RunCountsReply["counts"] | undefined;
  onSearch: (next: RunsSearch) => void;
  /** What can be done with the filters. */
  children: ReactNode;
}): ReactElement {
  const { client } = useSignedIn();
  const workflows = useQuery(workflowsQuery(client));
  const keys = workflows.data?.map((workflow) => workflow.key) ?? [];
  const options = search.workflow === undefined || keys.includes(search.workflow) ? keys : [search.workflow, ...keys];
  return (
    <search className="run-filters" aria-label="Filter runs">
      <div className="run-filters-row">
        <SearchBox search={search} onSearch={onSearch} />
        <NativeSelect
          aria-label="Workflow"
          size="xs"
          className="run-workflow"
          value={search.workflow ?? ""}
          onChange={(event) =>
            onSearch({ ...search, workflow: event.currentTarget.value === "" ? undefined : event.currentTarget.value })
          }
          data={[{ value: "", label: "All workflows" }, ...options.map((key) => ({ value: key, label: key }))]}
        />
        <Choice
          label="Time"
          none="Any time"
          value={search.within}
          names={Object.entries(withins).map(([value, { label }]) => ({ value, label: capital(label) }))}
          onChoose={(within) => onSearch({ ...search, within: within as Within | undefined })}
        />
        <Choice
          label="Started"
          none="However started"
          value={search.trigger}
          names={Object.entries(runTriggers).map(([value, label]) => ({ value, label: capital(label) }))}
          onChoose={(trigger) => onSearch({ ...search, trigger: trigger as RunTrigger | undefined })}
        />
        <StateBox key={search.state ?? ""} state={search.state} onState={(state) => onSearch({ ...search, state })} />
      </div>
      <div className="run-filters-row">
        <StatusChips
          statuses={runStatuses}
          chosen={search.status}
          counts={counts ?? "unknown"}
          onToggle={(status) => onSearch(toggledStatus(search, status))}
        />
        <div className="run-filters-acts">{children}</div>
      </div>
    </search>
  );
}

function Choice({
  label,
  none,
  value,
  names,
  onChoose,
}: {
  label: string;
  none: string;
  value: string | undefined;
  names: { value: string; label: string }[];
  onChoose: (value: string | undefined) => void;
}): ReactElement {
  return (
    <NativeSelect
      aria-label={label}
      size="xs"
      value={value ?? ""}
      onChange={({ currentTarget }) => onChoose(currentTarget.value === "" ? undefined : currentTarget.value)}
      data={[{ value: "", label: none }, ...names]}
    />
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Asked for when it is written to the end: part of a state is another state. */
function StateBox({
  state,
  onState,
}: {
  state: string | undefined;
  onState: (state: string | undefined) => void;
}): ReactElement {
  const [text, setText] = useState(state ?? "");
  const done = (): void => {
    const next = text.trim() === "" ? undefined : text.trim();
    if (next !== state) onState(next);
  };
  return (
    <TextInput
      size="xs"
      className="run-state"
      aria-label="Business state"
      placeholder="State"
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={done}
      onKeyDown={(event) => {
        if (event.key === "Enter") done();
      }}
    />
  );
}

function SearchBox({ search, onSearch }: { search: RunsSearch; onSearch: (next: RunsSearch) => void }): ReactElement {
  const [text, setText] = useState(search.q ?? "");
  const input = useRef<HTMLInputElement>(null);
  const latest = useRef({ search, onSearch });
  useEffect(() => {
    latest.current = { search, onSearch };
  });
  // The address may change without us, as by the browser's Back.
  useEffect(() => setText((held) => (held.trim() === (search.q ?? "") ? held : (search.q ?? ""))), [search.q]);
  useEffect(() => {
    const next = text.trim();
    if (next === (latest.current.search.q ?? "")) return;
    const timer = setTimeout(
      () => latest.current.onSearch({ ...latest.current.search, q: next === "" ? undefined : next }),
      typingPauseMs,
    );
    return () => clearTimeout(timer);
  }, [text]);
  useKeys({ "/": () => input.current?.select() });
  const tooShort = text.trim() !== "" && text.trim().length < searchTextMin;
  return (
    <TextInput
      ref={input}
      size="xs"
      className="run-search"
      aria-label="Search payload, id or error"
      placeholder="Search payload, id, error …  ( / )"
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        setText("");
        input.current?.blur();
      }}
      rightSectionWidth={110}
      rightSectionPointerEvents="none"
      rightSection={tooShort ? <span className="small muted">{searchTextMin} letters or more</span> : null}
    />
  );
}
