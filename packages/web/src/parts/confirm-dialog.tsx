import { Button } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";
import { Dialog } from "./dialog.tsx";
import { ProblemNotice } from "./problem-notice.tsx";

/** Asks before something is taken away for good. The focus is on what keeps it. */
export function ConfirmDialog({
  title,
  action,
  isPending,
  error,
  children,
  onConfirm,
  onClose,
}: {
  title: string;
  action: string;
  isPending: boolean;
  /** Why it could not be done; null: it was not tried, or goes on. */
  error: unknown;
  children: ReactNode;
  onConfirm: () => void;
  onClose: () => void;
}): ReactElement {
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      {error === null ? null : <ProblemNotice error={error} />}
      <div className="dialog-actions">
        <Button variant="default" onClick={onClose}>
          Keep it
        </Button>
        <Button color="danger" loading={isPending} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </Dialog>
  );
}
