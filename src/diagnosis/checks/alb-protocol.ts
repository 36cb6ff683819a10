import { awsReference, quotable } from '../model/aws-reference.ts';
import { defineCheck } from '../model/check.ts';
import { groupsOnRoute } from '../topology/alb-targets.ts';

export const albProtocol = defineCheck({
  id: 'alb-protocol',
  title: 'The target group speaks the version of HTTP that callers speak',
  layer: 'LoadBalancer',
  needs: ['alb', 'targetGroups', 'observation'],
  wants: ['targetGroupBindings'],
  reasons: {
    TargetGroupProtocolVersion: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Target group {group} speaks {version}, and the request came over HTTP/{asked}',
      fix: 'Set alb.ingress.kubernetes.io/backend-protocol-version to HTTP1, or ask as {version} wants it',
      command: "aws elbv2 describe-target-groups --target-group-arns '{arn}'",
      explains: [464],
      leadsTo: ['ALBProtocolMismatch', 'AnsweredBeforePods'],
    },
  },
  run({ targetGroups, targetGroupBindings, observation: { code, httpVersion = '1.1' } }, report) {
    if (code !== 464) return [];
    return groupsOnRoute(targetGroups, targetGroupBindings)
      .filter(({ ProtocolVersion = 'HTTP1' }) => ProtocolVersion !== 'HTTP1')
      .map(({ TargetGroupName, TargetGroupArn, ProtocolVersion = '' }) =>
        report('TargetGroupProtocolVersion', {
          subject: awsReference('TargetGroup', TargetGroupName),
          slots: {
            group: TargetGroupName,
            version: ProtocolVersion,
            asked: httpVersion,
            arn: quotable(TargetGroupArn),
          },
        }),
      );
  },
});
