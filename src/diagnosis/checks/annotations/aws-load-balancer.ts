import type { Symptom } from '../../model/check.ts';
import {
  ALL_OR_NOTHING,
  type AnnotationFamily,
  JSON_TEXT,
  type KnownAnnotation,
  oneOf,
  PAIRS,
  plain,
  type ValueRule,
  WHOLE_NUMBER,
} from './known-annotation.ts';

/** What is seen of targets that the load balancer cannot reach or finds unhealthy. */
const NO_TARGET: readonly Symptom[] = [502, 503, 504];
const NO_ENTRY: readonly Symptom[] = ['Timeout', 'Connection'];

const COUNT: ValueRule = { pattern: /^([2-9]|10)$/, expected: 'a number from 2 to 10' };
const CODES: ValueRule = { pattern: /^\d{1,3}([,-]\d{1,3})*$/, expected: 'codes such as 200-299' };
const ORDER: ValueRule = { pattern: /^(-?[1-9]?\d{1,2}|-?1000)$/, expected: 'a number from -1000 to 1000' };
const GROUP: ValueRule = {
  pattern: /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/,
  expected: 'at most 63 lower-case letters, digits, - and .',
};

const health = (value?: ValueRule): KnownAnnotation => ({
  missed: NO_TARGET,
  ...(value === undefined ? {} : { value }),
});

/** The key and the same key for the network load balancer in front. */
const alsoInFront = (keys: Readonly<Record<string, KnownAnnotation>>) => ({
  ...keys,
  ...Object.fromEntries(Object.entries(keys).map(([key, known]) => [`frontend-nlb-${key}`, known])),
});

/** Annotations that aws-load-balancer-controller reads; one invalid value stops it from deploying the Ingress at all. */
export const AWS_LOAD_BALANCER: AnnotationFamily = {
  prefix: 'alb.ingress.kubernetes.io/',
  named: ['actions.', 'conditions.', 'transforms.', 'target-control-port.', 'listener-attributes.'],
  rejected: ['NoAddress'],
  keys: {
    'load-balancer-name': { value: { pattern: /^.{1,32}$/, expected: 'at most 32 characters' } },
    'group.name': { value: GROUP, missed: [404, ...NO_ENTRY] },
    'group.order': { value: ORDER, missed: [404] },
    'listen-ports': { value: JSON_TEXT, missed: NO_ENTRY },
    'certificate-arn': { missed: ['TLS', ...NO_ENTRY] },
    'target-type': { value: oneOf('instance', 'ip'), missed: ['NoAddress', ...NO_TARGET] },
    'backend-protocol': { value: oneOf('HTTP', 'HTTPS'), missed: [400, ...NO_TARGET] },
    'backend-protocol-version': { value: oneOf('HTTP1', 'HTTP2', 'GRPC'), missed: [464, ...NO_TARGET] },
    'load-balancer-attributes': { value: PAIRS, missed: [408, 504] },
    'target-group-attributes': { value: PAIRS, missed: [502] },
    'ip-address-type': {
      value: oneOf('ipv4', 'dualstack', 'dualstack-without-public-ipv4'),
      missed: NO_ENTRY,
    },
    'ssl-redirect': { value: WHOLE_NUMBER },
    'manage-backend-security-group-rules': { value: ALL_OR_NOTHING, missed: [504] },
    'use-regex-path-match': { value: ALL_OR_NOTHING, missed: [404] },
    'auth-type': { value: oneOf('none', 'cognito', 'oidc') },
    'auth-on-unauthenticated-request': { value: oneOf('authenticate', 'allow', 'deny'), missed: [401, 302] },
    'auth-idp-cognito': { value: JSON_TEXT },
    'auth-idp-oidc': { value: JSON_TEXT },
    'mutual-authentication': { value: JSON_TEXT },
    'jwt-validation': { value: JSON_TEXT },
    'shield-advanced-protection': { value: ALL_OR_NOTHING },
    'enable-frontend-nlb': { value: ALL_OR_NOTHING, missed: NO_ENTRY },
    ...alsoInFront({
      scheme: { value: oneOf('internal', 'internet-facing'), missed: NO_ENTRY },
      subnets: { missed: NO_ENTRY },
      'security-groups': { missed: NO_ENTRY },
      'healthcheck-port': health(),
      'healthcheck-path': health(),
      'healthcheck-protocol': health(oneOf('HTTP', 'HTTPS', 'TCP')),
      'healthcheck-interval-seconds': health(WHOLE_NUMBER),
      'healthcheck-timeout-seconds': health(WHOLE_NUMBER),
      'healthy-threshold-count': health(COUNT),
      'unhealthy-threshold-count': health(COUNT),
      'success-codes': health(CODES),
    }),
    'healthcheck-timeout-seconds': health(WHOLE_NUMBER),
    ...plain(`
      tags customer-owned-ipv4-pool ipam-ipv4-pool-id wafv2-acl-arn wafv2-acl-name waf-acl-id web-acl-id
      inbound-cidrs security-group-prefix-lists ssl-policy create-acm-cert acm-pca-arn auth-scope
      auth-session-cookie auth-session-timeout target-node-labels multi-cluster-target-group
      minimum-load-balancer-capacity dry-run-plan frontend-nlb-listener-port-mapping frontend-nlb-tags
      frontend-nlb-eip-allocations frontend-nlb-attributes
    `),
  },
};
