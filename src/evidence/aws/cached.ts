import type { AwsReader } from './reader.ts';

interface Kept {
  readonly answer: Promise<unknown>;
  readonly until: number;
}

/**
 * One answer for all who ask the same within a time, and one call for all who ask at once. A look that takes longer
 * than a diagnosis goes on, and serves the next one. Failures are kept as long: whoever is throttled must not ask more.
 */
export function cached(reader: AwsReader, keepMilliseconds: number): AwsReader {
  const kept = new Map<string, Kept>();
  const forgetOld = (now: number): void => {
    for (const [key, { until }] of kept) if (until <= now) kept.delete(key);
  };
  const keep =
    <Arguments extends unknown[], Answer>(look: string, ask: (...given: Arguments) => Promise<Answer>) =>
    (...given: Arguments): Promise<Answer> => {
      const now = performance.now();
      forgetOld(now);
      const key = `${look} ${JSON.stringify(given)}`;
      const answer = (kept.get(key)?.answer ?? ask(...given)) as Promise<Answer>;
      if (!kept.has(key)) kept.set(key, { answer, until: now + keepMilliseconds });
      return answer;
    };
  return {
    loadBalancer: keep('loadBalancer', reader.loadBalancer),
    listeners: keep('listeners', reader.listeners),
    targetGroups: keep('targetGroups', reader.targetGroups),
    certificates: keep('certificates', reader.certificates),
    securityGroups: keep('securityGroups', reader.securityGroups),
    webACL: keep('webACL', reader.webACL),
    wafLog: keep('wafLog', reader.wafLog),
    wafSamples: keep('wafSamples', reader.wafSamples),
    accessLog: keep('accessLog', reader.accessLog),
  };
}
