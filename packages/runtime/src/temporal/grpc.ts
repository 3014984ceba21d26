import { isGrpcServiceError, NamespaceNotFoundError, WorkflowNotFoundError } from "@temporalio/client";

// gRPC status codes by number: https://grpc.io/docs/guides/status-codes
const invalidArgument = 3;
const deadlineExceeded = 4;
const notFound = 5;
const permissionDenied = 7;
const failedPrecondition = 9;
const unimplemented = 12;
const unavailable = 14;
const unauthenticated = 16;
const refusals: readonly number[] = [
  invalidArgument,
  notFound,
  permissionDenied,
  failedPrecondition,
  unimplemented,
  unauthenticated,
];

/** The code of a refusal that no later try can heal; undefined for anything that may pass. */
export function refusedForGood(error: unknown): number | undefined {
  if (error instanceof NamespaceNotFoundError) return notFound;
  const code = grpcCode(error);
  return code !== undefined && refusals.includes(code) ? code : undefined;
}

/** No such execution. A namespace that is not there is a wrong setting, and says nothing about an execution. */
export function isNotFound(error: unknown): boolean {
  if (error instanceof NamespaceNotFoundError) return false;
  return error instanceof WorkflowNotFoundError || grpcCode(error) === notFound;
}

/** Temporal itself is away, or does not answer: it says nothing about what it was asked. */
export function isAway(error: unknown): boolean {
  const code = grpcCode(error);
  return code === unavailable || code === deadlineExceeded;
}

/** Nobody answered in the time that was given. */
export function timedOut(error: unknown): boolean {
  return grpcCode(error) === deadlineExceeded;
}

function grpcCode(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  const cause = error instanceof Error ? error.cause : undefined;
  return isGrpcServiceError(cause) ? cause.code : undefined;
}

export function messageOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return error instanceof Error ? error.message + cause : String(error);
}
