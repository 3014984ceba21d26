import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState, type ReactElement, type ReactNode } from "react";
import { ConfirmDialog } from "../parts/confirm-dialog.tsx";
import { ProblemNotice } from "../parts/problem-notice.tsx";
import { actorText } from "../session/actor-text.ts";
import { useSignedIn } from "../session/use-session.tsx";
import { Moment } from "../time/moment.tsx";

/** What stands above a list of settings: what they are, and what makes another one. */
export function SettingsHead({ children, end }: { children: ReactNode; end?: ReactNode }): ReactElement {
  return (
    <div className="settings-head">
      <p className="muted">{children}</p>
      {end}
    </div>
  );
}

/** A short form that stands above its list. */
export function SettingForm({
  label,
  action,
  isPending,
  error,
  onSubmit,
  children,
}: {
  label: string;
  action: string;
  isPending: boolean;
  error: unknown;
  onSubmit: () => void;
  children: ReactNode;
}): ReactElement {
  return (
    <form
      className="settings-form panel"
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
      <Button size="xs" type="submit" loading={isPending}>
        {action}
      </Button>
      {error === null ? null : <ProblemNotice error={error} />}
    </form>
  );
}

/** One of a list: its name, what is told of it, and what can be done with it. */
export function SettingLine({
  name,
  facts,
  isOff,
  actions,
  children,
}: {
  name: ReactNode;
  facts: ReactNode;
  /** It is no longer in use. */
  isOff?: boolean;
  actions?: ReactNode;
  children?: ReactNode;
}): ReactElement {
  return (
    <li className="setting" data-off={isOff === true ? "" : undefined}>
      <div className="setting-line">
        <span className="setting-name">
          <strong>{name}</strong>
          <span className="muted">{facts}</span>
        </span>
        {actions === undefined || actions === null ? null : <span className="setting-actions">{actions}</span>}
      </div>
      {children}
    </li>
  );
}

/** When one of a list became as it is, and by whom. */
export function Changed({
  verb = "changed",
  at,
  by,
}: {
  verb?: "changed" | "set";
  at: string;
  by: string | null;
}): ReactElement {
  const { identity } = useSignedIn();
  return (
    <>
      {verb} <Moment at={at} />
      {by === null ? "" : ` by ${actorText(by, identity.keyId)}`}
    </>
  );
}

/** A button that opens the form in which one of a list is changed; what `j` and `k` walk the list by. */
export function ChangeButton({
  verb = "Change",
  what,
  onClick,
}: {
  verb?: "Change" | "Replace";
  /** Such as `the calendar default`. */
  what: string;
  onClick: () => void;
}): ReactElement {
  return (
    <Button size="compact-xs" variant="default" aria-label={`${verb} ${what}`} data-line="" onClick={onClick}>
      {verb}…
    </Button>
  );
}

/** A button that takes one of a list away, after it has asked. */
export function RemoveButton({
  verb,
  what,
  queryKey,
  remove,
  children,
}: {
  verb: "Delete" | "Revoke";
  /** Such as `the secret crm.token`. */
  what: string;
  /** Of the list that it stands in. */
  queryKey: readonly string[];
  remove: () => Promise<unknown>;
  /** What that means. */
  children: ReactNode;
}): ReactElement {
  const queries = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const act = useMutation({
    mutationFn: remove,
    onSuccess: () => setAsking(false),
    onSettled: () => queries.invalidateQueries({ queryKey }),
  });
  const noun = what.split(" ")[1] ?? what;
  return (
    <>
      <Button size="compact-xs" variant="default" aria-label={`${verb} ${what}`} onClick={() => setAsking(true)}>
        {verb}…
      </Button>
      {isAsking ? (
        <ConfirmDialog
          title={`${verb} ${what}?`}
          action={`${verb} ${noun}`}
          isPending={act.isPending}
          error={act.error}
          onConfirm={() => act.mutate()}
          onClose={() => setAsking(false)}
        >
          {children}
        </ConfirmDialog>
      ) : null}
    </>
  );
}
