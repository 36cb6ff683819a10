import { randomUUID } from 'node:crypto';
import { type Correlation, type CorrelationIds, correlation } from '../probe/correlation.ts';

/** Of UUIDs, because Node makes many of them with one call of the system; their last 15 digits are all chance. */
const randomDigits = (count: number): string => randomUUID().replaceAll('-', '').slice(-count);

/** Ids for a request that is sent now. */
export const newCorrelation = (ids: Pick<CorrelationIds, 'version' | 'probe'>): Correlation =>
  correlation({
    ...ids,
    seconds: Math.floor(Date.now() / 1000),
    random: randomDigits(24),
    span: randomDigits(16),
  });
