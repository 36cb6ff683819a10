import Negotiator from 'negotiator';
import { ProbeFault } from './failure.ts';
import type { ProbeRequest } from './request.ts';

/** A header of the spec that rules out the compression of the spec: throws a fault `InvalidRequest`. */
export function refuseContradiction({ compression, headers }: ProbeRequest): void {
  if (compression === undefined) return;
  const own = headers.filter(({ name }) => name.toLowerCase() === 'accept-encoding');
  if (own.length === 0) return;
  const value = own.map((header) => header.value).join(', ');
  const accepted = new Negotiator({ headers: { 'accept-encoding': value } }).encodings([compression]);
  if (accepted.length > 0) return;
  throw new ProbeFault(
    'Send',
    'InvalidRequest',
    `The header Accept-Encoding does not accept ${compression}, which compression asks for.`,
  );
}
