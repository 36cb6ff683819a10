import { ApiError, type Verb } from './api-error.ts';

/** A time limit joined with the caller's own signal. `stop` must be called, or the timer and the listener stay. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** On the clock of performance.now(). */
  readonly endsAt: number;
  /** Replaces the limit by one that `touch` starts anew. */
  becomeInactivityLimit(milliseconds: number): void;
  touch(): void;
  readonly touchedAt: number;
  /** Ends it now. */
  expire(error: ApiError): void;
  stop(): void;
}

interface Call {
  readonly verb: Verb;
  readonly path: string;
  readonly signal?: AbortSignal;
}

export function startDeadline(call: Call, milliseconds: number): Deadline {
  const controller = new AbortController();
  const expire = (error: ApiError) => controller.abort(error);
  const start = (limit: number, why: string) => {
    const { verb, path } = call;
    const message = `${why} ${limit / 1000} s`;
    return setTimeout(() => expire(new ApiError({ verb, path, reason: 'Timeout', message })), limit);
  };
  const abort = () => controller.abort(call.signal?.reason);
  let touchedAt = performance.now();
  let timer = start(milliseconds, 'no answer within');
  if (call.signal?.aborted) abort();
  call.signal?.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    endsAt: touchedAt + milliseconds,
    becomeInactivityLimit(limit) {
      clearTimeout(timer);
      timer = start(limit, 'the stream was silent for');
    },
    touch() {
      touchedAt = performance.now();
      timer.refresh();
    },
    get touchedAt() {
      return touchedAt;
    },
    expire,
    stop() {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', abort);
    },
  };
}
