const PROBE = 'statusprobe/';

/** Whether a request that a log tells of was sent by a StatusProbe, whichever. */
export const isFromProbe = (userAgent: string | undefined): boolean => userAgent?.startsWith(PROBE) ?? false;

/** Quick look at a raw line, before it is parsed. */
export const mentionsProbe = (line: string): boolean => line.includes(PROBE);

interface Header {
  readonly name?: string | undefined;
  readonly value?: string | undefined;
}

export const headerOf = (headers: readonly Header[] | undefined, wanted: string): string | undefined =>
  headers?.find(({ name }) => name?.toLowerCase() === wanted)?.value;

/** Queries may hold secrets. */
export const withoutQuery = (url: string): string => url.replace(/[?#].*$/s, '');
