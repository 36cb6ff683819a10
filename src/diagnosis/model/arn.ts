/** The parts of an Amazon Resource Name. */
export interface ParsedARN {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** Such as `loadbalancer/app/shop/50dc6c495c0c9188`. */
  readonly resource: string;
}

/** Undefined for what is no ARN. */
export function parseARN(text: string): ParsedARN | undefined {
  const [arn, partition, service, region, account, ...rest] = text.split(':');
  if (arn !== 'arn' || partition === undefined || service === undefined) return undefined;
  if (region === undefined || account === undefined || rest.length === 0) return undefined;
  return { partition, service, region, account, resource: rest.join(':') };
}
