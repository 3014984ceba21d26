import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement } from "react";
import { savedViewsQuery } from "../app/queries.ts";
import { searchText } from "../app/search-text.ts";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { useMay, useSignedIn } from "../session/use-session.tsx";
import { isFiltered, readRunsSearch, type RunsSearch } from "./runs-search.ts";

/** Filters under names, for everybody of the tenant. */
export function SavedViews({
  search,
  onSearch,
}: {
  search: RunsSearch;
  onSearch: (next: RunsSearch) => void;
}): ReactElement | null {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [asked, setAsked] = useState<"name" | "remove" | undefined>(undefined);
  const maySave = useMay("operator");
  const views = useQuery(savedViewsQuery(client));
  const remove = useMutation({
    mutationFn: (id: string) => client.savedViews.remove({ params: { id } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: savedViewsQuery(client).queryKey });
      setAsked(undefined);
    },
  });
  const items = views.data?.items ?? [];
  const shown = items.find(({ filter }) => addressOf(readFilter(filter)) === addressOf(search));
  if (items.length === 0 && !(maySave && isFiltered(search))) return null;
  return (
    <div className="views">
      {items.length === 0 ? null : (
        <NativeSelect
          aria-label="Saved view"
          size="xs"
          value={shown?.id ?? ""}
          onChange={({ currentTarget }) => {
            const view = items.find(({ id }) => id === currentTarget.value);
            onSearch(view === undefined ? {} : readFilter(view.filter));
          }}
          data={[{ value: "", label: "Saved views" }, ...items.map(({ id, name }) => ({ value: id, label: name }))]}
        />
      )}
      {maySave && shown === undefined && isFiltered(search) ? (
        <Button size="xs" variant="default" onClick={() => setAsked("name")}>
          Save view
        </Button>
      ) : null}
      {maySave && shown !== undefined ? (
        <Button size="xs" variant="default" onClick={() => setAsked("remove")}>
          Remove view
        </Button>
      ) : null}
      {asked === "name" ? <NameDialog search={search} onClose={() => setAsked(undefined)} /> : null}
      {asked === "remove" && shown !== undefined ? (
        <ConfirmDialog
          title={`Remove the view “${shown.name}”?`}
          action="Remove view"
          isPending={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(shown.id)}
          onClose={() => {
            remove.reset();
            setAsked(undefined);
          }}
        >
          Nobody of the tenant has it any more. The runs stay.
        </ConfirmDialog>
      ) : null}
    </div>
  );
}

function NameDialog({ search, onClose }: { search: RunsSearch; onClose: () => void }): ReactElement {
  const { client } = useSignedIn();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const save = useMutation({
    mutationFn: () => client.savedViews.create({ body: { list: "runs", name: name.trim(), filter: asFilter(search) } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: savedViewsQuery(client).queryKey });
      onClose();
    },
  });
  return (
    <Dialog title="Save these filters as a view" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== "") save.mutate();
        }}
      >
        <TextInput
          label="Name"
          description="Everybody of the tenant sees it."
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        {save.error === null ? null : <ProblemNotice error={save.error} />}
        <div className="dialog-actions">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending} disabled={name.trim() === ""}>
            Save view
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function readFilter(filter: unknown): RunsSearch {
  return typeof filter === "object" && filter !== null ? readRunsSearch(filter as Record<string, unknown>) : {};
}

function asFilter(search: RunsSearch): { [name: string]: string | string[] } {
  const filter: { [name: string]: string | string[] } = {};
  for (const [name, value] of Object.entries(search) as [string, string | readonly string[] | undefined][])
    if (value !== undefined) filter[name] = typeof value === "string" ? value : [...value];
  return filter;
}

/** Two views are the same when their addresses are. */
function addressOf(search: RunsSearch): string {
  const { workflow, status, state, trigger, within, q } = search;
  return searchText({ workflow, status, state, trigger, within, q });
}
