import type { ObjectReference } from './reference.ts';

/** An object of AWS as people and status name it: `TargetGroup/k8s-demo-shop-0123456789`. */
export const awsReference = (
  kind: 'LoadBalancer' | 'TargetGroup' | 'WebACL' | 'SecurityGroup' | 'Certificate',
  name: string,
  field?: string,
): ObjectReference => ({ kind, name, ...(field === undefined ? {} : { field }), ref: `${kind}/${name}` });

/** Of an ARN that comes from AWS or a TargetGroupBinding, only characters that need no care in a shell. */
export const quotable = (arn: string): string => arn.replace(/[^\w:/.@+=,-]/g, '');
