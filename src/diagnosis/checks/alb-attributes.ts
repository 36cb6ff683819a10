import type { AnswerEvidence } from '../model/answering.ts';
import { quotable } from '../model/aws-reference.ts';
import { defineCheck } from '../model/check.ts';
import type { Evidence } from '../model/evidence.ts';
import { answersAfter, askedPods, isShort } from '../model/lateness.ts';
import { loadBalancerReference } from '../model/load-balancer-reference.ts';
import type { Confidence, Owner } from '../model/vocabulary.ts';

const SET = "aws elbv2 modify-load-balancer-attributes --load-balancer-arn '{arn}' --attributes";
const IDLE = 'idle_timeout.timeout_seconds';
const attribute = { severity: 'Error', owner: 'DevOps' } as const;

const isFromLoadBalancer = ({ answeredBy }: Evidence['observation']): boolean =>
  answeredBy?.layer !== 'Application';

/** The answer took at least as long as the load balancer waits. */
function isIdleTooLong(
  { durationMilliseconds: { total } }: Evidence['observation'],
  idle: string | undefined,
): boolean {
  const seconds = Number(idle);
  return seconds > 0 && total >= seconds * 1000;
}

/** Whose it is: the load balancer's where it waits less than is usual for Pods that answer after all, and hardly its own where they are slow. */
function idleWeight(evidence: AnswerEvidence, idle: number): { owner?: Owner; confidence: Confidence } {
  const confidence = evidence.observation.code === undefined ? 'Medium' : 'High';
  if (isShort(idle) && answersAfter(idle, evidence.hops ?? [])) return { owner: 'DevOps', confidence };
  return { confidence: askedPods(evidence).slow.length > 0 ? 'Low' : confidence };
}

export const albAttributes = defineCheck({
  id: 'alb-attributes',
  title: 'The attributes of the load balancer let the request through',
  layer: 'LoadBalancer',
  needs: ['alb', 'loadBalancer', 'observation', 'request', 'home'],
  wants: ['endpoints', 'hops'],
  reasons: {
    ALBIdleTimeoutTooShort: {
      ...attribute,
      owner: 'Both',
      message: '{loadBalancer} closed the connection when its idle timeout was over, before the answer came',
      fix: 'Make the answer faster, or raise idle_timeout.timeout_seconds of {loadBalancer} above what it takes',
      command: `${SET} 'Key=${IDLE},Value=120'`,
      explains: [408, 460, 504, 'Timeout'],
      leadsTo: [
        'ALBGatewayTimeout',
        'ALBClientTooSlow',
        'ALBClientGaveUp',
        'AnsweredBeforePods',
        'TimeoutBeforePods',
        'AnswerLateOnce',
      ],
    },
    ALBDesyncStrict: {
      ...attribute,
      message: '{loadBalancer} refuses every request that is not strictly by the rules of HTTP',
      fix: 'Set routing.http.desync_mitigation_mode of {loadBalancer} to defensive, or mend the request',
      command: `${SET} 'Key=routing.http.desync_mitigation_mode,Value=defensive'`,
      explains: [400],
      leadsTo: ['ALBBadRequest', 'AnsweredBeforePods'],
    },
    ALBDropsHeaders: {
      ...attribute,
      severity: 'Warning',
      message: '{loadBalancer} drops headers whose names are not letters, digits and hyphens',
      fix: 'Rename the headers, or set routing.http.drop_invalid_header_fields.enabled of {loadBalancer} to false',
      command: `${SET} 'Key=routing.http.drop_invalid_header_fields.enabled,Value=false'`,
      explains: [400, 401, 403],
    },
  },
  run({ observation, ...evidence }, report) {
    const { attributes, loadBalancer } = evidence.loadBalancer;
    const subject = loadBalancerReference(evidence);
    const slots = { loadBalancer: subject.ref, arn: quotable(loadBalancer.LoadBalancerArn) };
    const about = (key: string) => ({
      subject: { ...subject, field: key },
      slots,
      observed: attributes[key] ?? '',
    });
    const isOn = (key: string, value: string) => attributes[key] === value && isFromLoadBalancer(observation);
    const [desync, drops] = [
      'routing.http.desync_mitigation_mode',
      'routing.http.drop_invalid_header_fields.enabled',
    ] as const;
    return [
      ...(isIdleTooLong(observation, attributes[IDLE])
        ? [
            report('ALBIdleTimeoutTooShort', {
              ...about(IDLE),
              ...idleWeight({ ...evidence, observation }, Number(attributes[IDLE]) * 1000),
            }),
          ]
        : []),
      ...(isOn(desync, 'strictest') && observation.code === 400
        ? [report('ALBDesyncStrict', { ...about(desync), confidence: 'Medium' })]
        : []),
      ...(isOn(drops, 'true') ? [report('ALBDropsHeaders', { ...about(drops), confidence: 'Low' })] : []),
    ];
  },
});
