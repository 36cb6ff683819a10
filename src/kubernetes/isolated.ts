/** Runs foreign code so that neither its exception nor the rejection of its promise can stop the caller. */
export function isolated(run: () => unknown, onError: (error: unknown) => void): void {
  try {
    const result = run();
    if (result instanceof Promise) result.catch(onError);
  } catch (error) {
    onError(error);
  }
}
