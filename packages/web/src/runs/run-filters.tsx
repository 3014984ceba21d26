import { NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState, type ReactElement } from "react";
import { workflowsQuery } from "../app/queries.ts";
import { useKeys } from "../app/use-keys.ts";
import { useSignedIn } from "../session/use-session.tsx";
import { StatusIcon } from "../status/status-icon.tsx";
import { lookOf, runStatuses } from "../status/status.ts";
import { searchTextMin, toggledStatus, type RunsSearch } from "./runs-search.ts";

const typingPauseMs = 250;

export function RunFilters({
  search,
  onSearch,
}: {
  search: RunsSearch;
  onSearch: (next: RunsSearch) => void;
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
          value={search.workflow ?? ""}
          onChange={(event) =>
            onSearch({ ...search, workflow: event.currentTarget.value === "" ? undefined : event.currentTarget.value })
          }
          data={[{ value: "", label: "All workflows" }, ...options.map((key) => ({ value: key, label: key }))]}
        />
      </div>
      <div className="status-chips" role="group" aria-label="Status">
        {runStatuses.map((status) => (
          <button
            key={status}
            type="button"
            className="status-chip"
            data-tone={lookOf(status).tone}
            aria-pressed={search.status?.includes(status) ?? false}
            onClick={() => onSearch(toggledStatus(search, status))}
          >
            <StatusIcon status={status} size={14} />
            {lookOf(status).word}
          </button>
        ))}
      </div>
    </search>
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
