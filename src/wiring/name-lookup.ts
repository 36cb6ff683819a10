import { couldNotLook, found, type Lookup } from '../diagnosis/model/lookup.ts';
import type { NameLookup } from '../evidence/slot-context.ts';
import type { AddressResolver, Family } from '../probe/dns.ts';
import { ProbeFault } from '../probe/failure.ts';

const ABSENT: ReadonlySet<string> = new Set(['NXDomain', 'NoRecord']);

/** A DNS server that is slower than this does not hold up the diagnosis. */
const DEADLINE_MILLISECONDS = 1_000;

const LATE = couldNotLook('Timeout', 'DNS does not answer in time');

/** A target that fails every second does not ask every second. */
const KEPT_MILLISECONDS = 30_000;

/** What DNS says of a name as it stands, of both families, in order; taken as known for 30 s. */
export function nameLookup(resolver: AddressResolver): NameLookup {
  const known = new Map<string, ReturnType<NameLookup>>();
  const ask = lookup(resolver);
  return (name) => {
    const look = known.get(name) ?? ask(name);
    if (!known.has(name)) setTimeout(() => known.delete(name), KEPT_MILLISECONDS).unref();
    known.set(name, look);
    return look;
  };
}

function lookup(resolver: AddressResolver): NameLookup {
  return async (name) => {
    const late = Promise.withResolvers<Lookup<never>>();
    const timer = setTimeout(() => late.resolve(LATE), DEADLINE_MILLISECONDS);
    const families = ([4, 6] as const).map((family) => addressesOf(resolver, name, family));
    const looks = await Promise.race([Promise.all(families), late.promise.then((look) => [look])]);
    clearTimeout(timer);
    return looks.find(({ ok }) => !ok) ?? found(looks.flatMap((look) => (look.ok ? look.value : [])).sort());
  };
}

async function addressesOf(
  resolver: AddressResolver,
  name: string,
  family: Family,
): Promise<Lookup<readonly string[]>> {
  try {
    return found(await resolver.resolve(`${name}.`, [family]));
  } catch (error) {
    const { reason, message } =
      error instanceof ProbeFault ? error.failure : { reason: '', message: `${error}` };
    if (ABSENT.has(reason)) return found([]);
    return reason === 'DNSTimeout' ? LATE : couldNotLook('Failed', message);
  }
}
