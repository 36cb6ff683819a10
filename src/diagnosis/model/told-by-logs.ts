import { type AnswerEvidence, type Sameness, writtenByApplication } from './answering.ts';
import type { Evidence } from './evidence.ts';
import { leftToPods } from './left-to-pods.ts';
import type { Confidence } from './vocabulary.ts';

type Told = Pick<Evidence, 'observation' | 'request'> & Partial<Pick<Evidence, 'logs'>>;

/** A request and its code as web servers write them: `"POST /cart?id=1 HTTP/1.1" 405 157`. */
const LOGGED = /"([A-Z]+) ([^\s"?]+)[^\s"]* HTTP\/[\d.]+" (\d{3})(?!\d)/;

/** From here on a code is a failure, of which there are not as many as there are requests. */
const FAILS = 400;

/** The line by which a Pod tells that it gave this very answer to such a request: the router passed it on. */
export function loggedAnswer({ observation: { code = 0 }, request, logs = [] }: Told): string | undefined {
  if (code < FAILS) return undefined;
  const lines = logs.flatMap(({ previous, lines }) => (previous ? [] : lines));
  return lines.find((line) => {
    const [, method, path, said] = LOGGED.exec(line) ?? [];
    return method === request.method && path === request.path && Number(said) === code;
  });
}

type Asked = AnswerEvidence & Parameters<typeof leftToPods>[0] & Told;

/** How sure it is that Pods answered so: by marks and by what they say when they are asked, else by their logs, else as none else is left. */
export function answeredInPods(evidence: Asked, isSame: Sameness): Confidence | undefined {
  const written = writtenByApplication(evidence, isSame);
  const isWeak = written === undefined || written === 'Low';
  return isWeak && loggedAnswer(evidence) !== undefined ? 'Medium' : (written ?? leftToPods(evidence));
}
