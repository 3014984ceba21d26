import { useEffect, useId, useRef, type ReactElement, type ReactNode } from "react";
import "./dialog.css";

/**
 * A modal dialog: the browser's own element, which keeps the focus inside, makes the rest inert, closes on Escape and
 * gives the focus back.
 */
export function Dialog({
  title,
  onClose,
  wide,
  keepsTyped,
  children,
}: {
  title: string;
  onClose: () => void;
  /** For what is written or compared in it. */
  wide?: true;
  /** Much is typed in it: a press beside it does not close it. */
  keepsTyped?: true;
  children: ReactNode;
}): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const element = dialog.current;
    if (element !== null && !element.open) element.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      data-wide={wide}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        // The element itself is hit only on its backdrop: what is inside fills it.
        if (event.target === event.currentTarget && keepsTyped !== true) onClose();
      }}
    >
      <div className="dialog-body">
        <h2 id={titleId}>{title}</h2>
        {children}
      </div>
    </dialog>
  );
}
