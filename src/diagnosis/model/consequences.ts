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

/** Reasons that take an answer for the application's: they follow where somebody else wrote it. */
export const APPLICATION_REASONS = [
  'ApplicationRedirect',
  'ApplicationBadRequest',
  'ApplicationForbidden',
  'ApplicationRouteNotFound',
  'ApplicationRequestTimeout',
  'ApplicationRateLimited',
  'ApplicationRefuses',
  'AnswerStatusUnexpected',
  'AnswerHeaderUnexpected',
  'AnswerBodyUnexpected',
  'AnswerJSONUnexpected',
] as const;

/** Reasons that follow when a request goes another way than the route says: whoever answers is not this application. */
export const ANSWERED_ELSEWHERE = ['AnsweredBeforePods', 'ApplicationRouteNotFound'] as const;
