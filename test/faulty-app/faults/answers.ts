import {
  application,
  bothApplication,
  developerApplication,
  devOpsService,
  type Fault,
  HEALTHY,
} from './fault.ts';

const probePath = (path: string, more: object = {}): object => ({
  target: { ingressRef: { name: 'answers', path } },
  ...more,
});

const REASONS = {
  400: 'ApplicationBadRequest',
  401: 'ApplicationUnauthorized',
  405: 'ApplicationMethodNotAllowed',
  409: 'ApplicationConflict',
  415: 'ApplicationUnsupportedMediaType',
  418: 'ApplicationRefuses',
  422: 'ApplicationValidationFailed',
  429: 'ApplicationRateLimited',
  501: 'ApplicationNotImplemented',
  503: 'ApplicationUnavailable',
  504: 'ApplicationGatewayTimeout',
  507: 'ApplicationFails',
} as const;

const byCode = Object.entries(REASONS).map(
  ([code, reason]): Fault => ({
    name: `application-${code}`,
    fault: `the application answers ${code}`,
    probe: probePath(`/${code}`),
    expected: developerApplication(reason, 'Deployment/answers'),
  }),
);

/** What the application itself does with a request that reaches it. */
export const ANSWER_FAULTS: readonly Fault[] = [
  {
    name: 'answers',
    fault: 'none: the application answers as its path says',
    objects: application('answers', { deployment: { environment: { MODE: 'by-path' } } }),
    expected: HEALTHY,
  },
  ...byCode,
  {
    name: 'answer-body',
    fault: 'the body of the answer is not as expected',
    probe: probePath('/200', { expect: { body: { matches: ['in stock'] } } }),
    expected: developerApplication('AnswerBodyUnexpected', 'Deployment/answers'),
  },
  {
    name: 'redirect-loop',
    fault: 'the application redirects to the very same URL',
    probe: probePath('/redirect'),
    expected: developerApplication('ApplicationRedirect', 'Deployment/answers'),
  },
  {
    name: 'redirect-to-https',
    fault: 'the application redirects to https, where a redirect is not wanted',
    probe: probePath('/secure', { request: { maxRedirects: 0 } }),
    expected: developerApplication('ApplicationRedirect', 'Deployment/answers'),
  },
  {
    name: 'closes-connection',
    fault: 'the application closes the connection before it has answered',
    probe: probePath('/close'),
    expected: developerApplication('ApplicationClosesConnection', 'Deployment/answers'),
  },
  {
    name: 'answers-garbage',
    fault: 'what listens on the port does not speak HTTP',
    objects: application('answers-garbage', {
      deployment: {
        environment: { MODE: 'garbage' },
        container: { readinessProbe: { tcpSocket: { port: 'http' }, periodSeconds: 1 } },
      },
    }),
    expected: developerApplication('ApplicationAnswersGarbage', 'Deployment/answers-garbage'),
  },
  {
    name: 'pod-speaks-tls',
    fault: 'the Pods speak TLS, and the Ingress asks them in plain HTTP',
    objects: application('pod-speaks-tls', {
      deployment: {
        environment: { MODE: 'tls' },
        container: { readinessProbe: { tcpSocket: { port: 'http' }, periodSeconds: 1 } },
      },
    }),
    expected: devOpsService('PodExpectsTLS', 'Service/pod-speaks-tls'),
  },
  {
    name: 'proxy-in-pod',
    fault: 'a reverse proxy inside the Pod sends to a port on which nobody listens',
    objects: application('proxy-in-pod', {
      deployment: { environment: { MODE: 'proxy', UPSTREAM_PORT: '9999' } },
    }),
    expected: bothApplication('ApplicationProxyBadGateway', 'Deployment/proxy-in-pod'),
  },
];
