import { UsageError } from '../cli/usage-error.ts';

/** Turns an error into one sentence for whoever started the program. */
export function refuse(error: unknown): never {
  throw new UsageError(error instanceof Error ? error.message : String(error));
}
