import { Button } from "@mantine/core";
import { useState, type KeyboardEvent, type ReactElement, type ReactNode } from "react";
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
  children?: ReactNode;
  onClose: () => void;
}): ReactElement {
  const [said, setSaid] = useState("Copy");
  const [wasHeld, setHeld] = useState(false);
  const isCopied = said === "Copied";
  // What is closed by a slip is lost: that takes the button, or a copy first.
  function holdEscape(event: KeyboardEvent): void {
    if (event.key !== "Escape" || isCopied) return;
    event.preventDefault();
    setHeld(true);
  }
  return (
    <Dialog title={title} onClose={onClose} keepsTyped>
      <div className="dialog-form" role="presentation" onKeyDown={holdEscape}>
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
        <p role="status" className="dialog-hint">
          {wasHeld && !isCopied ? "Copy it first, or say that you have it." : ""}
        </p>
        <div className="dialog-actions">
          <Button onClick={onClose}>I have it</Button>
        </div>
      </div>
    </Dialog>
  );
}
