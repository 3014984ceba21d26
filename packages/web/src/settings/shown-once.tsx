import { Button } from "@mantine/core";
import { useState, type ReactElement } from "react";
import { copyText } from "../parts/copy-id.tsx";
import { Dialog } from "../parts/dialog.tsx";

/** Something secret that was just made: it is shown here, and never again. */
export function ShownOnce({
  title,
  value,
  children,
  onClose,
}: {
  title: string;
  value: string;
  children?: React.ReactNode;
  onClose: () => void;
}): ReactElement {
  const [said, setSaid] = useState("Copy");
  return (
    <Dialog title={title} onClose={onClose}>
      <p>This is shown once. Nothing gives it back later.</p>
      <div className="shown-once">
        <code tabIndex={0}>{value}</code>
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            copyText(value).then(
              () => setSaid("Copied"),
              () => setSaid("Not allowed"),
            );
          }}
        >
          {said}
        </Button>
      </div>
      {children}
      <div className="dialog-actions">
        <Button onClick={onClose}>I have it</Button>
      </div>
    </Dialog>
  );
}
