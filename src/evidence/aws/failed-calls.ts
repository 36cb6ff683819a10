import { allowStatement } from '../../diagnosis/model/iam-statement.ts';
import { couldNotLook, type Lookup } from '../../diagnosis/model/lookup.ts';
import type { NotCheckedReason } from '../../diagnosis/model/vocabulary.ts';
import { deniedAction } from '../../diagnosis/topology/controller-events.ts';

/** What was asked of AWS, as IAM names it, so that a denial can say what to allow. */
export interface AwsCall {
  /** Such as `wafv2:GetSampledRequests`. */
  readonly action: string;
  readonly resource: string;
}

/** By the name of the error: the status code differs from service to service. */
const REASONS: readonly (readonly [pattern: RegExp, reason: NotCheckedReason])[] = [
  [/^(AccessDenied|AccessDeniedException|UnauthorizedOperation|AuthorizationError)$/, 'Forbidden'],
  [/Throttl|^(TooManyRequestsException|RequestLimitExceeded|SlowDown|LimitExceededException)$/, 'Throttled'],
  [/^(TimeoutError|AbortError|RequestTimeout|RequestTimeoutException)$/, 'Timeout'],
  [
    /^(CredentialsProviderError|ExpiredToken|ExpiredTokenException|InvalidIdentityToken\w*|InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignatureException|AuthFailure|TokenRefreshRequired)$/,
    'NoCredentials',
  ],
];

const CREDENTIAL_SENTENCES: readonly (readonly [pattern: RegExp, sentence: string])[] = [
  [/^ExpiredToken/, 'The AWS credentials are expired'],
  [
    /^InvalidIdentityToken/,
    'AWS does not know the OIDC provider of this cluster: create it in IAM, or use EKS Pod Identity',
  ],
  [
    /^CredentialsProviderError$/,
    'No AWS credentials: give the ServiceAccount a role by IRSA or EKS Pod Identity',
  ],
];

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : 'Error');
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The role itself refuses to be taken: that is no lack of a permission. */
const isTrustDenied = (message: string): boolean => message.includes('sts:AssumeRoleWithWebIdentity');

const TRUST_DENIED =
  'The role of IRSA does not trust this ServiceAccount: compare sub and aud in its trust policy with the namespace and name';

export const isDenied = (error: unknown): boolean => reasonOf(error) === 'Forbidden';

function reasonOf(error: unknown): NotCheckedReason {
  const message = messageOf(error);
  if (isTrustDenied(message)) return 'NoCredentials';
  if (/Region is missing/i.test(message)) return 'NotConfigured';
  return REASONS.find(([pattern]) => pattern.test(nameOf(error)))?.[1] ?? 'Failed';
}

/** IAM may ask for another action than the one that was called; its own words are right. */
function deniedSentence({ action, resource }: AwsCall, message: string, caller: string | undefined): string {
  const denied = deniedAction(message);
  const principal = denied?.principal ?? caller ?? 'The AWS credentials';
  const missing = denied?.action ?? action;
  const explicit = message.includes('explicit deny') ? ', since a policy denies it explicitly' : '';
  return `${principal} may not call ${missing}${explicit}: add ${allowStatement(missing, resource)}`;
}

function sentence(reason: NotCheckedReason, call: AwsCall, error: unknown, caller?: string): string {
  const message = messageOf(error);
  switch (reason) {
    case 'Forbidden':
      return deniedSentence(call, message, caller);
    case 'NoCredentials':
      return isTrustDenied(message)
        ? TRUST_DENIED
        : (CREDENTIAL_SENTENCES.find(([pattern]) => pattern.test(nameOf(error)))?.[1] ??
            `AWS does not accept the credentials: ${nameOf(error)}`);
    case 'NotConfigured':
      return 'No AWS region is known: set AWS_REGION or spec.diagnose.aws.region';
    case 'Throttled':
      return `AWS asks to wait before the next ${call.action}`;
    case 'Timeout':
      return `No answer in time to ${call.action}`;
    default:
      return error instanceof SyntaxError
        ? `${call.action} was answered with something that is no answer of AWS`
        : `Could not call ${call.action}: ${nameOf(error)}`;
  }
}

/** The one place where an error of AWS becomes a reason why nobody could look. */
export function failedCall(call: AwsCall, error: unknown, caller?: string): Lookup<never> {
  const reason = reasonOf(error);
  return couldNotLook(reason, sentence(reason, call, error, caller));
}
