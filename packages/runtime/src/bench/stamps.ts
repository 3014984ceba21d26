/** When a call with this number began, in milliseconds since 1970, with their fractions: two processes of one machine have one clock. */
export interface Stamp {
  readonly i: number;
  readonly atMs: number;
}

const kept: Stamp[] = [];

export function stamp(i: number): void {
  kept.push({ i, atMs: preciseNow() });
}

/** Those since it was asked last. */
export function takeStamps(): Stamp[] {
  return kept.splice(0);
}

export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}
