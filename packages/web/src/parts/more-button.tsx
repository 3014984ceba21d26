import { Button } from "@mantine/core";
import type { ReactElement } from "react";
import "./more-button.css";

/** Reads the next page of a list, where there is one. */
export function MoreButton({
  list,
}: {
  list: { readonly hasNextPage: boolean; readonly isFetchingNextPage: boolean; fetchNextPage(): unknown };
}): ReactElement | null {
  if (!list.hasNextPage) return null;
  return (
    <div className="more-button">
      <Button variant="default" size="xs" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        Load more
      </Button>
    </div>
  );
}
