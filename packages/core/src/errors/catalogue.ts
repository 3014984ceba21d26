/** What is known of one error code, in words for people: the command line, the API and the web show the same. */
export interface ErrorEntry {
  /** The HTTP status where a request can end in it. */
  readonly status?: number;
  readonly title: string;
  /** When one meets it, and why. */
  readonly explanation: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Error codes by name. A spent code is never used again for something else. */
export interface ErrorCatalogue {
  readonly [code: string]: ErrorEntry;
}
