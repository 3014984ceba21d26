import { pageLimitMax } from "@mainspring/store";
import type { Page, PageRequest } from "@mainspring/store";

/** All rows of a list, page after page. For what is exported whole; replies to people are pages. */
export async function everyPage<T>(read: (request: PageRequest) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ cursor, limit: pageLimitMax });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return items;
}
