/** Reasons (of any check) that follow when the Pods of a route do not run or are not ready. */
export const NO_POD_SERVES = [
  'NoReadyEndpoints',
  'NoEndpoints',
  'RolloutStuck',
  // Nobody listens on any port of a process that is not there.
  'TargetPortNotOpen',
  'DeclaredPortNotOpen',
] as const;

/** Reasons that follow when a container's process ends: its probes fail, and it is started again. */
export const PROCESS_ENDED = [
  'ReadinessProbeFailing',
  'ReadinessPortRefused',
  'ReadinessTooSlow',
  'StartupProbeFailing',
  'EndpointsDisagree',
  'ApplicationClosesConnection',
  ...NO_POD_SERVES,
] as const;
