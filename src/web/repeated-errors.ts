const REPEAT_MILLISECONDS = 60_000;

/** Every open page tries again every other second: the same error is told once a minute. */
export function withoutRepeatedErrors(onError: (error: unknown) => void): (error: unknown) => void {
  let last = { message: '', at: Number.NEGATIVE_INFINITY };
  return (error) => {
    const { message } = error as Error;
    const at = performance.now();
    if (message === last.message && at - last.at < REPEAT_MILLISECONDS) return;
    last = { message, at };
    onError(error);
  };
}
