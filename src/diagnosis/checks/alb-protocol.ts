import type { ALBEvidence } from '../model/alb-evidence.ts';
import { awsReference, quotable } from '../model/aws-reference.ts';
import { defineCheck } from '../model/check.ts';

import { groupsOnRoute } from '../topology/alb-targets.ts';

/** A target group keeps its version: the controller makes another one when the annotation changes. */
function mend({ ingress }: ALBEvidence, home: string): string | undefined {
  if (ingress === undefined) return undefined;
  const { name, namespace = home } = ingress.metadata;
  return `kubectl -n '${namespace}' annotate ingress '${name}' --overwrite 'alb.ingress.kubernetes.io/backend-protocol-version=HTTP1'`;
}

export const albProtocol = defineCheck({
  id: 'alb-protocol',
  title: 'The target group speaks the version of HTTP that callers speak',
  layer: 'LoadBalancer',
  needs: ['alb', 'targetGroups', 'observation', 'home'],
  wants: ['targetGroupBindings'],
  reasons: {
    TargetGroupProtocolVersion: {
      severity: 'Error',
      owner: 'DevOps',
      message: 'Target group {group} speaks {version}, and the request came over HTTP/{asked}',
      fix: 'Set alb.ingress.kubernetes.io/backend-protocol-version to HTTP1, or ask as {version} wants it',
      command: '{command}',
      explains: [464],
      leadsTo: ['ALBProtocolMismatch', 'AnsweredBeforePods'],
    },
  },
  run({ alb, home, targetGroups, targetGroupBindings, observation }, report) {
    const { code, httpVersion = '1.1' } = observation;
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
            command:
              mend(alb, home) ??
              `aws elbv2 describe-target-groups --target-group-arns '${quotable(TargetGroupArn)}'`,
          },
        }),
      );
  },
});
