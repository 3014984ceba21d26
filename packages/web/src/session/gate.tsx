import { ApiProblem } from "@mainspring/api";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore, type ReactElement, type ReactNode } from "react";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import type { SessionStore } from "./session.ts";
import { SignIn } from "./sign-in.tsx";
import { SignedInContext, type SignedIn } from "./use-session.tsx";

const refused = "This key is no longer accepted. Sign in with another one.";

/** Shows the application to those who are signed in, and the sign-in page to all others. */
export function SessionGate({ session, children }: { session: SessionStore; children: ReactNode }): ReactElement {
  const current = useSyncExternalStore(session.subscribe, session.current);
  const queries = useQueryClient();
  const client = current.state === "in" ? current.client : undefined;
  const identity = useQuery({
    queryKey: ["identity"],
    queryFn: ({ signal }) => client!.apiKeys.current({ signal }),
    enabled: client !== undefined,
    staleTime: 60_000,
  });

  // Any reply that says "not known" ends the use of the key, wherever it was asked for.
  useEffect(
    () =>
      queries.getQueryCache().subscribe((event) => {
        if (event.type !== "updated" || event.action.type !== "error") return;
        const error: unknown = event.action.error;
        if (error instanceof ApiProblem && error.status === 401) session.refuse(refused);
      }),
    [queries, session],
  );
  useEffect(() => {
    if (client === undefined) queries.clear();
  }, [client, queries]);

  const data = identity.data;
  const signedIn = useMemo<SignedIn | undefined>(() => {
    if (client === undefined || data === undefined) return undefined;
    return {
      client,
      identity: { keyId: data.id, keyName: data.name, role: data.role, groups: data.groups, tenant: data.tenant.name },
      session,
      signOut: () => session.signOut(),
    };
  }, [client, data, session]);

  if (current.state === "out")
    return <SignIn reason={current.reason} others={session.others()} onSignIn={session.signIn} />;
  if (signedIn === undefined) {
    return identity.error === null ? (
      <div className="gate-loading" role="status">
        <span className="visually-hidden">Signing in</span>
      </div>
    ) : (
      <main className="page">
        <ProblemNotice error={identity.error} onRetry={() => void identity.refetch()} />
      </main>
    );
  }
  return <SignedInContext value={signedIn}>{children}</SignedInContext>;
}
