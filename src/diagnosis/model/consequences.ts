/** What a load balancer says by itself when no target answers it well. */
export const NO_TARGET_ANSWERS = [
  'ALBBadGateway',
  'ALBNoTarget',
  'ALBGatewayTimeout',
  'TargetRefusedConnection',
  'TargetClosedConnection',
  'LoggedWithoutTarget',
] as const;

/** What a load balancer of AWS answers by itself when its rules, attributes or annotations tell it to. */
export const LOAD_BALANCER_ANSWERS = [
  'AnsweredBeforePods',
  'ALBBadRequest',
  'ALBUnauthorized',
  'ALBClientTooSlow',
  'ALBClientGaveUp',
  'ALBProtocolMismatch',
  'ALBInternalError',
  'ALBSignInFailed',
  ...NO_TARGET_ANSWERS,
] as const;

/** What an annotation of the Ingress became in AWS. */
export const ANNOTATION_IN_AWS = [
  'ALBFixedResponse',
  'ALBRedirects',
  'ALBRedirectsInCircle',
  'ALBAsksForSignIn',
  'ALBListenerNotFound',
  'ALBDesyncStrict',
  'ALBIdleTimeoutTooShort',
  'TargetGroupProtocolVersion',
  ...LOAD_BALANCER_ANSWERS,
] as const;

/** What a load balancer finds of an application that fails. */
export const FAILS_ITS_HEALTH_CHECK = ['TargetAnswersServerError', 'TargetGroupFailsOpen'] as const;

/** What a load balancer finds when its targets do not listen, do not run or are not ready. */
export const TARGETS_UNHEALTHY = [
  'TargetResponseCodeMismatch',
  'TargetAnswersServerError',
  'TargetHealthTimeout',
  'TargetHealthCheckFailed',
  'TargetNotRegistered',
  'TargetStopped',
  'TargetDraining',
  'TargetStarting',
  'NoTargetsRegistered',
  'TargetGroupFailsOpen',
  ...NO_TARGET_ANSWERS,
] as const;

/** What is seen while nobody behind a Service serves. */
export const NOBODY_SERVES = [
  'NoReadyEndpoints',
  'NoEndpoints',
  'RolloutStuck',
  // Nobody listens on any port of a process that is not there.
  'TargetPortNotOpen',
  'DeclaredPortNotOpen',
  ...TARGETS_UNHEALTHY,
] as const;

/** Reasons (of any check) that follow when the Pods of a route do not run or are not ready. */
export const NO_POD_SERVES = ['RolloutTakesAllDown', ...NOBODY_SERVES] as const;

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

/** What is seen when somebody else than the cluster answers for the host. */
export const HOST_ELSEWHERE = [
  'AnsweredBeforePods',
  'TimeoutBeforePods',
  'HostHasNoTLS',
  'CertificateHostMismatch',
  'CertificateUntrusted',
  'TLSSecretNotServed',
  'ApplicationError',
  'ApplicationFails',
  'ApplicationUnauthorized',
  'ApplicationMethodNotAllowed',
  ...APPLICATION_REASONS,
] as const;

/** What is seen when the request goes to somebody else's Pods: nothing that is answered is this application's word. */
export const SENT_ELSEWHERE = [
  ...HOST_ELSEWHERE,
  'ApplicationConflict',
  'ApplicationUnsupportedMediaType',
  'ApplicationValidationFailed',
  'ApplicationNotImplemented',
  'ApplicationProxyBadGateway',
  'ApplicationUpstreamFails',
  'ApplicationUnavailable',
  'ApplicationGatewayTimeout',
  'ApplicationSlow',
  'ApplicationHangs',
  'AnswerLateOnce',
] as const;

/** Reasons that follow when a request goes another way than the route says: whoever answers is not this application. */
export const ANSWERED_ELSEWHERE = ['AnsweredBeforePods', 'ApplicationRouteNotFound'] as const;

/** What controllers say of the HTTPRoutes of a Gateway or listener that they leave out, each in its own words. */
export const ROUTE_LEFT_OUT = [
  'HTTPRouteNotHandled',
  'HTTPRouteNotAccepted',
  'ListenerNotFound',
  'HostnameOnNoListener',
] as const;

/** What is seen when no Gateway hands a request to its HTTPRoute. */
export const NOT_ROUTED = [
  'CertificateHostMismatch',
  'CertificateUntrusted',
  'PathMatchesNoHTTPRouteRule',
  ...ANSWERED_ELSEWHERE,
] as const;

/** Codes that a Gateway answers with for a rule without a backend: 500, but some controllers differ. */
export const ROUTE_ANSWERS = ['AnsweredBeforePods', 'ApplicationError', 'ApplicationRouteNotFound'] as const;
