import { found, type Lookup } from '../../diagnosis/model/lookup.ts';
import { createRateLimit } from '../../kubernetes/rate-limit.ts';
import { type Clients, createClients } from './clients.ts';
import { type AwsCall, failedCall, isDenied } from './failed-calls.ts';

export interface AccountOptions {
  /** Of one call with all its retries. */
  readonly callMilliseconds: number;
  /** Of one attempt. */
  readonly requestMilliseconds: number;
}

const USUAL: AccountOptions = { callMilliseconds: 6_000, requestMilliseconds: 4_000 };

/** Calls per second and at once, well under what AWS allows an account; the controller needs its share of them. */
const LIMITS = [
  { actions: /^wafv2:(GetWebACLForResource|ListResourcesForWebACL)$/, perSecond: 1, burst: 1 },
  { actions: /^wafv2:/, perSecond: 4, burst: 4 },
  { actions: /^elasticloadbalancing:/, perSecond: 5, burst: 10 },
  { actions: /^(logs|ec2):/, perSecond: 3, burst: 5 },
  { actions: /^acm:/, perSecond: 5, burst: 10 },
  { actions: /^/, perSecond: 20, burst: 20 },
];

/** Whoever waits longer for a turn is told so; the diagnosis itself has long gone on without. */
const QUEUE_MILLISECONDS = 30_000;

/** Asks AWS in one region: in time, not too often, and with every failure as a value. */
export interface Region {
  readonly name?: string;
  readonly clients: Clients;
  call<T>(
    call: AwsCall,
    ask: (signal: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<Lookup<T>>;
}

export function createRegion(name: string | undefined, options: Partial<AccountOptions> = {}): Region {
  const { callMilliseconds, requestMilliseconds } = { ...USUAL, ...options };
  const clients = createClients({
    ...(name === undefined ? {} : { region: name }),
    connectMilliseconds: Math.min(2_000, requestMilliseconds),
    requestMilliseconds,
  });
  const limits = LIMITS.map(({ actions, perSecond, burst }) => ({
    actions,
    turn: createRateLimit(perSecond, burst),
  }));
  const whoAmI = createWhoAmI(clients, callMilliseconds);
  return {
    ...(name === undefined ? {} : { name }),
    clients,
    async call(call, ask) {
      try {
        await limits
          .find(({ actions }) => actions.test(call.action))
          ?.turn(AbortSignal.timeout(QUEUE_MILLISECONDS));
        return found(await ask({ abortSignal: AbortSignal.timeout(callMilliseconds) }));
      } catch (error) {
        return failedCall(call, error, isDenied(error) ? await whoAmI() : undefined);
      }
    },
  };
}

/** Who asks, for whoever must allow it; needs no permission. Asked once. */
function createWhoAmI(clients: Clients, milliseconds: number): () => Promise<string | undefined> {
  let known: Promise<string | undefined> | undefined;
  const ask = async () => {
    const [{ GetCallerIdentityCommand }, client] = await Promise.all([
      import('@aws-sdk/client-sts'),
      clients.tokens(),
    ]);
    const abortSignal = AbortSignal.timeout(milliseconds);
    return (await client.send(new GetCallerIdentityCommand({}), { abortSignal })).Arn;
  };
  return () => {
    known ??= ask().catch(() => undefined);
    return known;
  };
}
