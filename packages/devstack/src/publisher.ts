// For the command line: puts an event into its tenant's stream.
export { openEventPublisher, streamDefaults } from "@mainspring/runtime/client";
