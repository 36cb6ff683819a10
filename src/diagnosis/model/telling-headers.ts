import type { Observation } from './observation.ts';

/** A URL without user info, query and fragment, which may hold secrets. */
const bare = (url: string): string => url.replace(/[?#].*/, '').replace(/\/\/[^/]*@/, '//');

const SCHEMES: Readonly<Record<string, string>> = {
  basic: 'a user name and password',
  bearer: 'a bearer token',
  digest: 'a user name and password (Digest)',
  negotiate: 'a Kerberos ticket',
};

/** Nonces and realms aside: what is asked for, and what is wrong with what was sent. */
function challenge(value: string): string {
  const known = Object.entries(SCHEMES).filter(([scheme]) => new RegExp(`\\b${scheme}\\b`, 'i').test(value));
  const asked = known.length === 0 ? value : known.map(([, text]) => text).join(' or ');
  const [, error, description = error] =
    /\berror="?([\w-]+)"?(?:.*?\berror_description="([^"]*)")?/i.exec(value) ?? [];
  const refused = error === undefined ? '' : `, and calls the one that was sent wrong: ${description}`;
  return `www-authenticate: it asks for ${asked}${refused}`;
}

/** Headers by which an answer says what would be right, the most telling first, and what they mean. */
const TELLING: readonly (readonly [
  name: string,
  explain: (value: string, observation: Observation) => string,
])[] = [
  ['www-authenticate', challenge],
  ['allow', (value, { method }) => `allow: it takes ${value} here, and was asked with ${method}`],
  ['accept-post', (value) => `accept-post: it takes ${value}`],
  ['accept-patch', (value) => `accept-patch: it takes ${value}`],
  [
    'retry-after',
    (value) => `retry-after: it asks to wait ${/^\d+$/.test(value) ? `${value} s` : `until ${value}`}`,
  ],
  ['location', (value) => `location: ${bare(value)}`],
];

/** What an answer's headers say about how to ask, or when. */
export const explainHeaders = (observation: Observation): readonly string[] =>
  TELLING.flatMap(([name, explain]) => {
    const value = observation.headers[name];
    return value === undefined || value.trim() === '' ? [] : [explain(value.trim(), observation)];
  });

/** What the answer is where it ought to be JSON; nothing where it says that it is. */
export function notJSON({ headers }: Observation): readonly string[] {
  const [type = ''] = (headers['content-type'] ?? '').split(';');
  if (/[/+]json$/i.test(type.trim())) return [];
  return [
    type === '' ? 'content-type: it does not say what it is' : `content-type: it is ${type}, and no JSON`,
  ];
}

/** Each redirect with who sent it, as far as the answer tells, in the order in which they came. */
export const redirectChain = ({ redirects, finalURL, code, answeredBy }: Observation): readonly string[] => {
  const isRedirect = code !== undefined && code >= 300 && code < 400;
  const last = isRedirect ? [{ url: finalURL, code, ...(answeredBy && { answeredBy }) }] : [];
  return [...redirects, ...last].map(
    (hop) => `${bare(hop.url)}: ${hop.code} by ${hop.answeredBy?.product ?? 'somebody who does not sign'}`,
  );
};
