import { ApiUnreachable } from "@mainspring/api";
import { Skeleton } from "@mantine/core";
import type { ReactElement } from "react";
import { ProblemNotice } from "./problem-notice.tsx";
import "./loaded.css";

/** What a query gave; before that, a shape of its height; or why there is nothing. */
export function Loaded<Data>({
  query,
  what,
  height,
  children,
}: {
  query: { readonly data: Data | undefined; readonly error: unknown; refetch(): unknown };
  /** Said while it is read: `webhooks`. */
  what: string;
  height: number;
  children: (data: Data) => ReactElement | null;
}): ReactElement | null {
  if (query.data !== undefined)
    return (
      <>
        {query.error === null ? null : (
          <p className="loaded-stale small" data-tone="amber" role="status">
            This may be out of date:{" "}
            {query.error instanceof ApiUnreachable ? "the server does not answer" : "it could not be read again"}.
          </p>
        )}
        {children(query.data)}
      </>
    );
  if (query.error !== null) return <ProblemNotice error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div role="status">
      <span className="visually-hidden">Loading {what}</span>
      <Skeleton height={height} />
    </div>
  );
}
