import type { RequestHeader } from './request.ts';

export interface CorrelationIds {
  /** Of the operator, such as `0.1.0`. */
  readonly version: string;
  readonly probe?: { readonly namespace: string; readonly name: string };
  /** Unix seconds. */
  readonly seconds: number;
  /** 24 hexadecimal digits. */
  readonly random: string;
  /** 16 hexadecimal digits. */
  readonly span: string;
}

export interface Correlation {
  /** 32 hexadecimal digits: what to search logs for. */
  readonly requestID: string;
  readonly headers: readonly RequestHeader[];
}

/**
 * Headers by which the logs of proxies and applications can be searched for one probe. The id is one and the same in
 * all of them: X-Ray's root is the W3C trace id with its first eight digits, the time, set apart.
 */
export function correlation({ version, probe, seconds, random, span }: CorrelationIds): Correlation {
  const time = seconds.toString(16).padStart(8, '0');
  const requestID = `${time}${random}`;
  return {
    requestID,
    headers: [
      { name: 'User-Agent', value: userAgent(version, probe) },
      { name: 'X-Amzn-Trace-Id', value: `Root=1-${time}-${random}` },
      { name: 'traceparent', value: `00-${requestID}-${span}-01` },
      { name: 'X-Request-Id', value: requestID },
    ],
  };
}

/** All that is sent where correlation is switched off. */
export function userAgent(
  version: string,
  probe?: { readonly namespace: string; readonly name: string },
): string {
  return `statusprobe/${version}${probe === undefined ? '' : ` (+${probe.namespace}/${probe.name})`}`;
}
