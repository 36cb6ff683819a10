/** Who fixes the failure. `None`: nothing to fix (healthy, suspended, refused). */
export const OWNERS = ['DevOps', 'Developer', 'Both', 'None', 'Unknown'] as const;
export type Owner = (typeof OWNERS)[number];

/** Where on the request's way the failure lies, outermost first. */
export const LAYERS = [
  'DNS',
  'Edge',
  'LoadBalancer',
  'WAF',
  'Ingress',
  'Service',
  'Pod',
  'Node',
  'Network',
  'Application',
  'Auth',
  'Client',
  'None',
  'Unknown',
] as const;
export type Layer = (typeof LAYERS)[number];

export const CONFIDENCES = ['High', 'Medium', 'Low'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

export const atMostMedium = (confidence: Confidence): Confidence =>
  confidence === 'High' ? 'Medium' : confidence;

export const SEVERITIES = ['Error', 'Warning', 'Info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** Why something could not be looked at. Never "missing": absence is a fact that was seen. */
export const NOT_CHECKED_REASONS = [
  'Forbidden',
  'Timeout',
  'NotConfigured',
  'NotInstalled',
  'NoCredentials',
  'NotPermitted',
  'Throttled',
  'Failed',
] as const;
export type NotCheckedReason = (typeof NOT_CHECKED_REASONS)[number];
