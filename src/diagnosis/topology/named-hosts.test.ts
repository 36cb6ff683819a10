import { describe, expect, test } from 'vitest';
import { complaintIn, complaintsOf } from './named-hosts.ts';

const hostsOf = (line: string): string[] => [
  ...new Set(complaintIn(line).flatMap(({ hosts }) => hosts.map(({ host }) => host))),
];

describe('the host that a client says it does not reach', () => {
  test.each([
    ['dial tcp 10.100.44.7:6379: connect: connection refused', '10.100.44.7'],
    ['read tcp 10.0.16.124:51234->10.100.44.7:6379: i/o timeout', '10.100.44.7'],
    ['Error: connect ECONNREFUSED 10.96.0.20:8080', '10.96.0.20'],
    ['Error 111 connecting to redis:6379. Connection refused.', 'redis'],
    ['connection to server at "db" (10.96.3.4), port 5432 failed: Connection refused', 'db'],
    ["Can't connect to MySQL server on 'mysql' (111)", 'mysql'],
    ['Connection to node -1 (kafka/10.96.1.5:9092) could not be established', '10.96.1.5'],
    ['MongoServerSelectionError: getaddrinfo ENOTFOUND mongo', 'mongo'],
    ['nc: connect to postgres port 5432 (tcp) failed: Connection refused', 'postgres'],
    ['Waiting for postgres...', 'postgres'],
    [
      '503 UH no_healthy_upstream outbound|6379||redis.session.svc.cluster.local',
      'redis.session.svc.cluster.local',
    ],
    ['could not connect to amqp://…@rabbitmq/: connection refused', 'rabbitmq'],
  ])('%s', (line, host) => {
    expect(hostsOf(line)).toContain(host);
  });

  test.each([
    ['dial tcp: lookup rabbitmq on 10.96.0.10:53: no such host', 'rabbitmq'],
    ['java.net.UnknownHostException: inventory', 'inventory'],
    ['could not translate host name "db" to address: Name or service not known', 'db'],
    ['Name or service not known (redis:6379)', 'redis'],
    ["nc: bad address 'postgres'", 'postgres'],
  ])('of which DNS says that there is none: %s', (line, host) => {
    const unknown = complaintIn(line).flatMap(({ hosts }) => hosts.filter(({ isUnknown }) => isUnknown));
    expect(unknown.map((one) => one.host)).toEqual([host]);
    expect(hostsOf(line)).not.toContain('10.96.0.10');
  });

  test.each([
    'INFO listening on 10.96.0.20:8080',
    'ERROR price of cart is negative',
    'GET http://inventory/ 200',
  ])('none: %s', (line) => {
    expect(complaintIn(line)).toEqual([]);
  });
});

describe('what a log complains of', () => {
  test('nothing where its telling line is about something else', () => {
    const lines = ['WARN redis:6379 refused the connection', 'java.lang.NullPointerException: cart is null'];
    expect(complaintsOf(lines)).toEqual([]);
  });

  test('nothing that a logger calls talk', () => {
    expect(complaintsOf(['{"level":"info","msg":"redis:6379 refused, retrying"}'])).toEqual([]);
  });

  test('first what it wrote about the very request', () => {
    const lines = ['ERROR r-1 broken cart', 'ERROR r-2 dial tcp 10.96.0.20:80: connection refused'];
    expect(complaintsOf(lines, 'r-1')).toEqual([]);
    expect(complaintsOf(lines, 'r-2').map(({ line }) => line)).toEqual([lines[1]]);
  });

  test('less surely beside errors of another kind', () => {
    const lines = ['ERROR dial tcp 10.96.0.20:80: connection refused', 'ERROR broken cart'];
    expect(complaintsOf(lines).flatMap(({ hosts }) => hosts.map(({ isCertain }) => isCertain))).toEqual([
      false,
    ]);
  });
});
