import { Cron } from 'croner';
import { parseDuration } from '../api/durations.ts';
import type { MaintenanceWindow } from '../api/generated.ts';

/** A window that is open: nothing is probed until it ends, in Unix milliseconds. */
export interface OpenWindow {
  readonly schedule: string;
  readonly timeZone: string;
  readonly end: number;
}

interface CompiledWindow extends Omit<OpenWindow, 'end'> {
  readonly cron: Cron;
  readonly milliseconds: number;
}

/** What holds from one moment to another, so that schedules are worked out once for each of them. */
interface Span {
  readonly from: number;
  readonly to: number;
  readonly open?: OpenWindow;
}

/** `spec.maintenance`, ready to be asked. */
export class Maintenance {
  readonly #windows: readonly CompiledWindow[];
  #span: Span = { from: 0, to: 0 };

  /** Throws with one sentence that names the field where a schedule or a time zone is not valid. */
  constructor(windows: readonly MaintenanceWindow[]) {
    this.#windows = windows.map(compile);
  }

  /** The open window; of several the one that ends last. */
  openAt(now: number): OpenWindow | undefined {
    return this.#spanAt(now).open;
  }

  /** When a window opens next, or when the open one ends; infinite where there is none. */
  changeAfter(now: number): number {
    return this.#spanAt(now).to;
  }

  #spanAt(now: number): Span {
    const { from, to } = this.#span;
    if (now < from || now >= to) this.#span = spanAt(this.#windows, now);
    return this.#span;
  }
}

function compile({ schedule, duration, timeZone }: MaintenanceWindow, index: number): CompiledWindow {
  try {
    const cron = new Cron(schedule, { mode: '5-part', timezone: timeZone });
    cron.nextRun();
    return { schedule, timeZone, cron, milliseconds: parseDuration(duration) ?? 0 };
  } catch {
    throw new Error(
      `spec.maintenance[${index}] has a schedule or a time zone that does not exist: ${schedule}, ${timeZone}.`,
    );
  }
}

function spanAt(windows: readonly CompiledWindow[], now: number): Span {
  const open = windows
    .flatMap((window) => openOf(window, now))
    .reduce<OpenWindow | undefined>(later, undefined);
  if (open !== undefined) return { from: now, to: open.end, open };
  const starts = windows.map(
    ({ cron }) => cron.nextRun(new Date(now))?.getTime() ?? Number.POSITIVE_INFINITY,
  );
  return { from: now, to: Math.min(...starts) };
}

const later = (one: OpenWindow | undefined, other: OpenWindow): OpenWindow =>
  one === undefined || other.end > one.end ? other : one;

/** A window that is at its very start counts as open. */
function openOf(
  { cron, milliseconds, schedule, timeZone }: CompiledWindow,
  now: number,
): readonly OpenWindow[] {
  const [start] = cron.previousRuns(1, new Date(now + 1));
  if (start === undefined) return [];
  const end = start.getTime() + milliseconds;
  return end > now ? [{ schedule, timeZone, end }] : [];
}
