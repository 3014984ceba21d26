import type { ReactElement, ReactNode } from "react";
import "./empty.css";

/** What a list says when it has nothing, or with `page` a whole page. */
export function Empty({ title, page, children }: { title: string; page?: true; children?: ReactNode }): ReactElement {
  const Title = page === true ? "h1" : "p";
  return (
    <div className="empty">
      <Title className="empty-title">{title}</Title>
      {children === undefined ? null : <div className="muted">{children}</div>}
    </div>
  );
}
