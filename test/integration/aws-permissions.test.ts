import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { describe, expect, test } from 'vitest';
import { createAwsReader } from '../../src/evidence/aws/aws-reader.ts';
import { readSavedCase } from '../../src/evidence/saved-case.ts';
import {
  ACCESS_LOGS,
  ACL,
  address,
  allowed,
  credentialsFor,
  diagnosed,
  failures,
  folder,
  health,
  iam,
  keys,
  LOAD_BALANCER,
  loadBalancerARN,
  policy,
  REGION,
  recorded,
  seen,
  serve,
  setPolicy,
  useAwsAccount,
  WAF_LOG,
  without,
} from '../support/aws-account.ts';
import { SCENARIOS_FOLDER } from '../support/scenarios.ts';

useAwsAccount();

describe('permissions', { timeout: 60_000 }, () => {
  const TLS = 'tls--alb-has-no-certificate-for-the-host';

  /** What a diagnosis could not look at that goes for every log and for samples too: none of its requests is in a log. */
  const notCheckedOf = async (scenario: string): Promise<readonly string[]> => {
    const { sources } = await readSavedCase(path.join(SCENARIOS_FOLDER, scenario));
    const options = { accessLogs: ACCESS_LOGS, wafLogs: { logGroupName: WAF_LOG.logGroupName } };
    const settings = { ...sources.settings, aws: { options, allowed: ['*'] } };
    const probe = { ...sources.probe, name: 'not-in-the-logs' };
    const { notChecked } = await diagnosed(scenario, { settings, probe });
    return notChecked.map(({ message = '' }) => message);
  };

  test('the policy that is shipped suffices', async () => {
    expect(await failures(createAwsReader())).toEqual({});
  });

  /** Actions that no call of the looks above has as its own name, or that this emulator does not judge. */
  const elsewhere = ['elasticloadbalancing:GetLoadBalancerWebACL', 'wafv2:GetWebACL'];

  test.each(allowed.filter((action) => !elsewhere.includes(action)))(
    'without %s, notChecked names who may not what, and the statement to add',
    async (action) => {
      recorded.set(
        'DescribeTargetHealth',
        health('unhealthy', 'Target.Timeout', 'Request timed out', address),
      );
      await setPolicy(without(action));
      const messages = [...(await notCheckedOf('504--alb-target-times-out')), ...(await notCheckedOf(TLS))];
      await setPolicy(policy);
      const said = `arn:aws:iam::000000000000:user/statusprobe may not call ${action}: add {"Effect":"Allow","Action":"${action}","Resource":"`;
      expect(messages.filter((message) => message.startsWith(said))).not.toEqual([]);
    },
  );

  test('with the policy that is shipped, nothing of AWS is left unlooked at', async () => {
    recorded.set('DescribeTargetHealth', health('unhealthy', 'Target.Timeout', 'Request timed out', address));
    const messages = [...(await notCheckedOf('504--alb-target-times-out')), ...(await notCheckedOf(TLS))];
    expect(messages.filter((message) => /aws|allow/i.test(message))).toEqual([]);
  });

  test('without wafv2:GetWebACL, a web ACL that a probe names', async () => {
    await setPolicy(without('wafv2:GetWebACL'));
    const look = await createAwsReader().webACL(loadBalancerARN, ACL.ARN);
    await setPolicy(policy);
    expect(look).toMatchObject({
      ok: false,
      reason: 'Forbidden',
      message: expect.stringContaining('wafv2:GetWebACL'),
    });
  });
});

describe('credentials', () => {
  test('none', async () => {
    credentialsFor({});
    expect(await createAwsReader().listeners(LOAD_BALANCER())).toEqual({
      ok: false,
      reason: 'NoCredentials',
      message: 'No AWS credentials: give the ServiceAccount a role by IRSA or EKS Pod Identity',
    });
  });

  test('that AWS does not know', async () => {
    credentialsFor({ AWS_ACCESS_KEY_ID: 'AKIAUNKNOWNUNKNOWN00', AWS_SECRET_ACCESS_KEY: 'x' });
    const look = await createAwsReader().listeners(LOAD_BALANCER());
    expect(look).toMatchObject({ ok: false, reason: 'NoCredentials' });
  });

  test('no region', async () => {
    const look = await createAwsReader().loadBalancer({ dnsName: 'edge.example.com' });
    expect(look).toMatchObject({
      ok: false,
      reason: 'NotConfigured',
      message: expect.stringContaining('AWS_REGION'),
    });
  });

  test('of IRSA, and the sentence for a role that trusts another ServiceAccount', async () => {
    const subject = 'system:serviceaccount:statusprobe:statusprobe';
    const trust = {
      Effect: 'Allow',
      Principal: { Federated: 'arn:aws:iam::000000000000:oidc-provider/oidc.test' },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringEquals: { 'oidc.test:sub': subject, 'oidc.test:aud': 'sts.amazonaws.com' } },
    };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
    await iam.send(new CreateRoleCommand({ RoleName: 'irsa', AssumeRolePolicyDocument }));
    const PolicyDocument = JSON.stringify(policy);
    await iam.send(new PutRolePolicyCommand({ RoleName: 'irsa', PolicyName: 'read-only', PolicyDocument }));
    const token = path.join(folder, 'token');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const ask = (sub: string) => {
      const claims = { sub, aud: 'sts.amazonaws.com', iss: 'https://oidc.test' };
      writeFileSync(token, `${part({ alg: 'RS256' })}.${part(claims)}.${part({})}`);
      const role = {
        AWS_ROLE_ARN: 'arn:aws:iam::000000000000:role/irsa',
        AWS_WEB_IDENTITY_TOKEN_FILE: token,
      };
      credentialsFor({ AWS_REGION: REGION, ...role });
      return createAwsReader().listeners(LOAD_BALANCER());
    };
    expect(seen(await ask(subject)).map(({ Port }) => Port)).toEqual([80, 443]);
    expect(await ask('system:serviceaccount:default:default')).toMatchObject({
      reason: 'NoCredentials',
      message: expect.stringContaining('does not trust this ServiceAccount'),
    });
  });

  test('of EKS Pod Identity', async () => {
    const asked: (string | undefined)[] = [];
    const agent = await serve((request) => {
      asked.push(request.headers.authorization);
      return {
        type: 'application/json',
        body: JSON.stringify({
          AccessKeyId: keys.AWS_ACCESS_KEY_ID,
          SecretAccessKey: keys.AWS_SECRET_ACCESS_KEY,
          Token: '',
          Expiration: new Date(Date.now() + 3_600_000).toISOString(),
        }),
      };
    });
    const token = path.join(folder, 'pod-identity');
    writeFileSync(token, 'of-the-pod');
    credentialsFor({
      AWS_REGION: REGION,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
    });
    expect((await createAwsReader().listeners(LOAD_BALANCER())).ok).toBe(true);
    expect(asked).toEqual(['of-the-pod']);
  });
});
