// What the person at the terminal sees while something takes its time.

export type Progress = {
  /** Says what is being done when it takes longer than 2 s, again every 15 s, and how long it took in the end. */
  step<T>(title: string, work: () => Promise<T>): Promise<T>;
  say(line: string): void;
};

const firstSignMs = 2_000;
const reminderMs = 15_000;

export function lineProgress(write: (text: string) => void): Progress {
  const say = (line: string): void => write(`${line}\n`);
  return {
    say,
    async step(title, work) {
      const startMs = performance.now();
      const firstSign = setTimeout(() => say(`  … ${title}`), firstSignMs);
      const reminder = setInterval(() => say(`  … ${title}: ${seconds(startMs)}`), reminderMs);
      try {
        const result = await work();
        say(`  ✓ ${title} (${seconds(startMs)})`);
        return result;
      } catch (error) {
        say(`  ✗ ${title} (${seconds(startMs)})`);
        throw error;
      } finally {
        clearTimeout(firstSign);
        clearInterval(reminder);
      }
    },
  };
}

function seconds(startMs: number): string {
  return `${((performance.now() - startMs) / 1000).toFixed(1)} s`;
}
