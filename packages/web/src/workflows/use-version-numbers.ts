import { useInfiniteQuery } from "@tanstack/react-query";
import { useSignedIn } from "../session/use-session.tsx";
import { versionListQuery } from "./queries.ts";

/**
 * The versions that a workflow's page knows of, newest first.
 * @returns undefined: they are not read yet
 */
export function useVersionNumbers(workflow: string): readonly number[] | undefined {
  const { client } = useSignedIn();
  const { data } = useInfiniteQuery(versionListQuery(client, workflow));
  return data?.pages.flatMap((page) => page.items.map(({ version }) => version));
}
