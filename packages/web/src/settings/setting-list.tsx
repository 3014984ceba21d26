import type { TenantRole } from "@mainspring/api";
import { Button } from "@mantine/core";
import { useState, type ReactElement, type ReactNode } from "react";
import { Empty } from "../parts/empty.tsx";
import { Loaded } from "../parts/loaded.tsx";
import { useListKeys } from "../parts/use-list-keys.ts";
import { useMay } from "../session/use-session.tsx";
import { SettingsHead } from "./setting-parts.tsx";

/** A tab that lists settings of a kind, with what makes another one above them. */
export function SettingList<Item>({
  kind,
  title,
  order,
  about,
  query,
  empty,
  line,
  maker,
  editor,
  children,
}: {
  /** One of them, such as `event type`. */
  kind: string;
  /** All of them, such as `Event types`. */
  title: string;
  order: "by their names" | "by their keys";
  /** What they are. */
  about: ReactNode;
  query: { readonly data: readonly Item[] | undefined; readonly error: unknown; refetch(): unknown };
  /** What is said where there are none: what one would do. */
  empty: ReactNode;
  /** One `li`, with its key. */
  line: (item: Item) => ReactElement;
  /** Who may make one. */
  maker: TenantRole;
  /** The form of a new one. */
  editor: (onClose: () => void) => ReactElement;
  children?: ReactNode;
}): ReactElement {
  const [isCreating, setCreating] = useState(false);
  const mayMake = useMay(maker);
  const list = useListKeys<HTMLUListElement>();
  const plural = title.toLowerCase();
  return (
    <section aria-label={title}>
      <SettingsHead
        end={
          mayMake ? (
            <Button size="xs" onClick={() => setCreating(true)}>
              New {kind}…
            </Button>
          ) : null
        }
      >
        {about}
      </SettingsHead>
      <Loaded query={query} what={plural} height={160}>
        {(items) => (
          <div className="panel settings-list">
            {items.length === 0 ? (
              <Empty title={`No ${plural} yet`}>{empty}</Empty>
            ) : (
              <ul ref={list} aria-label={`${title}, ${order}`}>
                {items.map(line)}
              </ul>
            )}
          </div>
        )}
      </Loaded>
      {isCreating ? editor(() => setCreating(false)) : null}
      {children}
    </section>
  );
}
