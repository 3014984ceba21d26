import type { Client, RunWhyReply } from "@mainspring/api";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { whyQuery } from "../app/queries.ts";

/** A run that goes on is not asked about at every entry. */
const quietMs = 600;

/**
 * Why an open run is not moving; undefined while it moves, and until the server has answered.
 * @param lastSeq of the journal: with a new entry the answer so far holds no more
 */
export function useWhy(
  client: Client,
  runId: string,
  isOpen: boolean,
  lastSeq: number,
): {
  readonly why: RunWhyReply | undefined;
  /** The server could not be asked. */
  readonly isUnknown: boolean;
  /** There is an answer, and the server could not be asked since. */
  readonly isStale: boolean;
} {
  const [asked, setAsked] = useState<number | undefined>(undefined);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(lastSeq), quietMs);
    return () => clearTimeout(timer);
  }, [lastSeq]);
  const isQuiet = isOpen && asked === lastSeq;
  const why = useQuery({ ...whyQuery(client, runId, asked), enabled: isQuiet });
  const isFailing = isQuiet && why.error !== null;
  return {
    why: isQuiet ? why.data : undefined,
    isUnknown: isFailing && why.data === undefined,
    isStale: isFailing && why.data !== undefined,
  };
}
