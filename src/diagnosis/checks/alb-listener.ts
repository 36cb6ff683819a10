import { quotable } from '../model/aws-reference.ts';
import { defineCheck } from '../model/check.ts';
import { loadBalancerReference } from '../model/load-balancer-reference.ts';

/** A load balancer in one of these states takes requests. */
const AT_WORK: ReadonlySet<string | undefined> = new Set(['active', 'active_impaired', undefined]);

export const albListener = defineCheck({
  id: 'alb-listener',
  title: 'The load balancer is active and listens on the port that is asked',
  layer: 'LoadBalancer',
  needs: ['alb', 'loadBalancer', 'request', 'home'],
  wants: ['listeners'],
  reasons: {
    ALBNotActive: {
      severity: 'Error',
      owner: 'DevOps',
      message: '{loadBalancer} is not active: its state is {state}',
      fix: 'Wait until {loadBalancer} is active, or see why it cannot be',
      command: "aws elbv2 describe-load-balancers --load-balancer-arns '{arn}'",
      explains: ['DNS', 'Connection', 'Timeout'],
      leadsTo: ['ALBListenerNotFound'],
    },
    ALBListenerNotFound: {
      severity: 'Error',
      owner: 'DevOps',
      message: '{loadBalancer} does not listen on port {port}; it listens on {ports}',
      fix: 'Add port {port} to alb.ingress.kubernetes.io/listen-ports, or ask one of {ports}',
      command: "aws elbv2 describe-listeners --load-balancer-arn '{arn}'",
      explains: ['Connection', 'Timeout'],
    },
  },
  run({ listeners, ...evidence }, report) {
    const { port } = evidence.request;
    const { LoadBalancerArn, State } = evidence.loadBalancer.loadBalancer;
    const subject = loadBalancerReference(evidence);
    const ports = (listeners ?? []).map(({ Port }) => Port).sort((a, b) => a - b);
    const state = [State?.Code, State?.Reason].filter(Boolean).join(', ');
    const slots = {
      loadBalancer: subject.ref,
      arn: quotable(LoadBalancerArn),
      port,
      ports: ports.join(', ') || 'no port',
      state,
    };
    return [
      ...(AT_WORK.has(State?.Code) ? [] : [report('ALBNotActive', { subject, slots, observed: state })]),
      ...(listeners === undefined || ports.includes(port)
        ? []
        : [report('ALBListenerNotFound', { subject, slots, expected: String(port), observed: slots.ports })]),
    ];
  },
});
