interface Limits {
  /** Pieces of work that one tenant may have under way at once. */
  readonly perTenant: number;
  /** The same for all tenants together. */
  readonly total: number;
  /** Work that takes longer than this frees its place for the next piece: it is waiting for something that more work does not slow down. */
  readonly placeMs: () => number;
  /**
   * While the machine is busy, and another tenant has asked within this time, a tenant's work runs one piece at a time and its line rests
   * between two pieces, so that most of the machine is left to the others. Left out: other tenants make no difference.
   */
  readonly besideOthersMs?: number;
}

/** The machine counts as busy when work takes more than this many times as long as the fastest did. */
const busyTimes = 2;
/** A tenant's line rests for this many times as long as its last piece took: what that started is still being worked on. */
const restTimes = 3;
/** The fastest time on record grows by this factor with each piece of work, since what the machine can do changes. */
const forget = 1.005;

/**
 * Limits how much work is under way at once, per tenant and in all. What has to wait takes turns by tenant: the ten thousand requests of one
 * tenant stand in a line of their own, and not in front of another tenant's first request.
 * @see docs/decisions/0096-starts-take-turns.md
 */
export class FairGate {
  readonly #limits: Limits;
  /** By tenant, in the order of their turns. */
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #underWay = new Map<string, number>();
  readonly #resting = new Set<string>();
  /** By tenant: when it asked last. The tenant that asked last stands last. */
  readonly #askedMs = new Map<string, number>();
  #total = 0;
  #fastestMs = Infinity;
  #isBusy = false;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Runs `work` when it is the tenant's turn. @returns what `work` returns @throws what `work` throws */
  async run<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    this.#asks(tenantId);
    if (this.#total < this.#limits.total && this.#mayBegin(tenantId)) this.#take(tenantId);
    else await new Promise<void>((resolve) => this.#wait(tenantId, resolve));
    const beganMs = performance.now();
    let held = true;
    const leave = (outcome: "done" | "failed" | "late"): void => {
      if (!held) return;
      held = false;
      clearTimeout(timer);
      const tookMs = performance.now() - beganMs;
      // A request that is refused at once does not show how fast the machine is: counted, it would make all other work look slow.
      if (outcome !== "failed") this.#hasTaken(tookMs);
      this.#leave(tenantId, tookMs);
    };
    const timer = setTimeout(() => leave("late"), this.#limits.placeMs());
    try {
      const result = await work();
      leave("done");
      return result;
    } finally {
      leave("failed");
    }
  }

  #asks(tenantId: string): void {
    if (this.#limits.besideOthersMs === undefined) return;
    const nowMs = performance.now();
    this.#askedMs.delete(tenantId);
    this.#askedMs.set(tenantId, nowMs);
    for (const [tenant, askedMs] of this.#askedMs) {
      if (nowMs - askedMs <= this.#limits.besideOthersMs) break;
      this.#askedMs.delete(tenant);
    }
  }

  #hasTaken(ms: number): void {
    this.#fastestMs = Math.min(ms, this.#fastestMs * forget);
    this.#isBusy = ms > busyTimes * this.#fastestMs;
  }

  #leavesRoom(tenantId: string): boolean {
    if (!this.#isBusy) return false;
    const sinceMs = performance.now() - (this.#limits.besideOthersMs ?? 0);
    for (const [tenant, askedMs] of this.#askedMs) if (tenant !== tenantId && askedMs >= sinceMs) return true;
    return false;
  }

  #mayBegin(tenantId: string): boolean {
    const underWay = this.#underWay.get(tenantId) ?? 0;
    if (underWay >= this.#limits.perTenant || this.#resting.has(tenantId)) return false;
    return underWay === 0 || !this.#leavesRoom(tenantId);
  }

  #take(tenantId: string): void {
    this.#total++;
    this.#underWay.set(tenantId, (this.#underWay.get(tenantId) ?? 0) + 1);
  }

  #wait(tenantId: string, begin: () => void): void {
    const line = this.#waiting.get(tenantId);
    if (line === undefined) this.#waiting.set(tenantId, [begin]);
    else line.push(begin);
  }

  #leave(tenantId: string, tookMs: number): void {
    this.#total--;
    const left = (this.#underWay.get(tenantId) ?? 1) - 1;
    if (left === 0) this.#underWay.delete(tenantId);
    else this.#underWay.set(tenantId, left);
    if (this.#waiting.has(tenantId) && !this.#resting.has(tenantId) && this.#leavesRoom(tenantId)) {
      this.#resting.add(tenantId);
      setTimeout(
        () => {
          this.#resting.delete(tenantId);
          this.#beginAll();
        },
        Math.min(restTimes * tookMs, this.#limits.placeMs()),
      );
    }
    this.#beginAll();
  }

  #beginAll(): void {
    while (this.#total < this.#limits.total && this.#beginNext());
  }

  /** Begins the next piece of the tenant whose turn it is, and puts that tenant at the end. @returns false when nothing may begin */
  #beginNext(): boolean {
    for (const [tenantId, line] of this.#waiting) {
      if (!this.#mayBegin(tenantId)) continue;
      const begin = line.shift();
      this.#waiting.delete(tenantId);
      if (line.length > 0) this.#waiting.set(tenantId, line);
      if (begin === undefined) continue;
      this.#take(tenantId);
      begin();
      return true;
    }
    return false;
  }
}
