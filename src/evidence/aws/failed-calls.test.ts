import { describe, expect, test } from 'vitest';
import type { NotCheckedReason } from '../../diagnosis/model/vocabulary.ts';
import { failedCall } from './failed-calls.ts';

const CALL = {
  action: 'wafv2:GetSampledRequests',
  resource: 'arn:aws:wafv2:eu-central-1:1:regional/webacl/edge/1',
};
const ROLE = 'arn:aws:sts::111122223333:assumed-role/statusprobe/pod';

const failure = (name: string, message = '') => Object.assign(new Error(message), { name });

describe('an error of AWS', () => {
  test.each<[string, string, NotCheckedReason, string]>([
    [
      'CredentialsProviderError',
      'Could not load credentials',
      'NoCredentials',
      'No AWS credentials: give the ServiceAccount a role by IRSA or EKS Pod Identity',
    ],
    [
      'ExpiredTokenException',
      'The security token is expired',
      'NoCredentials',
      'The AWS credentials are expired',
    ],
    ['ExpiredToken', 'The provided token has expired', 'NoCredentials', 'The AWS credentials are expired'],
    [
      'InvalidIdentityToken',
      'No OpenIDConnect provider found in your account',
      'NoCredentials',
      'AWS does not know the OIDC provider of this cluster: create it in IAM, or use EKS Pod Identity',
    ],
    [
      'AccessDenied',
      'Not authorized to perform sts:AssumeRoleWithWebIdentity',
      'NoCredentials',
      'The role of IRSA does not trust this ServiceAccount: compare sub and aud in its trust policy with the namespace and name',
    ],
    [
      'InvalidClientTokenId',
      '',
      'NoCredentials',
      'AWS does not accept the credentials: InvalidClientTokenId',
    ],
    ['AuthFailure', '', 'NoCredentials', 'AWS does not accept the credentials: AuthFailure'],
    [
      'Error',
      'Region is missing',
      'NotConfigured',
      'No AWS region is known: set AWS_REGION or spec.diagnose.aws.region',
    ],
    [
      'ThrottlingException',
      'Rate exceeded',
      'Throttled',
      'AWS asks to wait before the next wafv2:GetSampledRequests',
    ],
    ['RequestLimitExceeded', '', 'Throttled', 'AWS asks to wait before the next wafv2:GetSampledRequests'],
    ['SlowDown', '', 'Throttled', 'AWS asks to wait before the next wafv2:GetSampledRequests'],
    ['TimeoutError', '', 'Timeout', 'No answer in time to wafv2:GetSampledRequests'],
    ['AbortError', '', 'Timeout', 'No answer in time to wafv2:GetSampledRequests'],
    [
      'WAFInternalErrorException',
      'with-a-secret',
      'Failed',
      'Could not call wafv2:GetSampledRequests: WAFInternalErrorException',
    ],
  ])('%s (%s) is %s', (name, said, reason, message) => {
    expect(failedCall(CALL, failure(name, said))).toEqual({ ok: false, reason, message });
  });

  test('of which nothing can be read is told as such', () => {
    const answer = failedCall(CALL, new SyntaxError('Unexpected token <'));
    expect(answer).toMatchObject({ reason: 'Failed', message: expect.stringContaining('no answer of AWS') });
  });
});

describe('a denial', () => {
  const STATEMENT = (action: string) =>
    `{"Effect":"Allow","Action":"${action}","Resource":"${CALL.resource}"}`;

  test('names who asked, as AWS says it', () => {
    const said = `User: ${ROLE} is not authorized to perform: wafv2:GetSampledRequests on resource: x because no identity-based policy allows it`;
    expect(failedCall(CALL, failure('AccessDeniedException', said))).toEqual({
      ok: false,
      reason: 'Forbidden',
      message: `${ROLE} may not call wafv2:GetSampledRequests: add ${STATEMENT('wafv2:GetSampledRequests')}`,
    });
  });

  test('names the action that AWS asks for, which may be another one', () => {
    const said = `User: ${ROLE} is not authorized to perform: elasticloadbalancing:GetLoadBalancerWebACL on resource: x`;
    expect(failedCall(CALL, failure('AccessDeniedException', said))).toMatchObject({
      message: `${ROLE} may not call elasticloadbalancing:GetLoadBalancerWebACL: add ${STATEMENT('elasticloadbalancing:GetLoadBalancerWebACL')}`,
    });
  });

  test('without a name names whoever is known to ask, and tells an explicit deny', () => {
    const denied = failure('UnauthorizedOperation', 'explicit deny in a service control policy');
    expect(failedCall(CALL, denied, ROLE)).toMatchObject({
      reason: 'Forbidden',
      message: expect.stringContaining(
        `${ROLE} may not call wafv2:GetSampledRequests, since a policy denies it explicitly`,
      ),
    });
  });
});
