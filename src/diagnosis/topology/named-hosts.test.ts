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
    ['Connection to postgres:5432 refused. Check that the hostname and port are correct', 'postgres'],
    ['Socket fail to connect to host:address=(host=mariadb)(port=3306)(type=primary). refused', 'mariadb'],
    ['The TCP/IP connection to the host mssql, port 1433 has failed. Error: "mssql"', 'mssql'],
    ['RedisConnectionException: Unable to connect to redis/10.96.4.5:6379', '10.96.4.5'],
    ['FAIL: kafka:9092/bootstrap: Connect to ipv4#10.96.1.5:9092 failed: Connection refused', '10.96.1.5'],
    ["ConnectionRefusedError: [Errno 111] Connect call failed ('10.96.3.4', 5432)", '10.96.3.4'],
    ['Is the server running on host "db" (10.96.3.4) and accepting TCP/IP connections on port 5432?', 'db'],
    ['SQLSTATE[HY000] [2002] Connection refused (Connection: mysql, Host: db, Port: 3306, SQL: select', 'db'],
    ['Connection refused [tcp://redis:6379]', 'redis'],
    ['UnableToConnect on redis:6379/Interactive, Initializing/NotStarted', 'redis'],
    ['Error connecting to Redis on redis:6379 (Errno::ECONNREFUSED)', 'redis'],
    ["Can't reach database server at `postgres`:`5432`", 'postgres'],
    ['14 UNAVAILABLE: Name resolution failed for target dns:pricing:50051', 'pricing'],
    ['io.grpc.StatusRuntimeException: UNAVAILABLE: Unable to resolve host pricing', 'pricing'],
    ["UnknownHostException: Failed to resolve 'inventory' [A(1)] after 2 queries", 'inventory'],
    ['I/O error on GET request for "http://inventory/items": Connection refused', 'inventory'],
    ["HTTPConnectionPool(host='inventory', port=80): Max retries exceeded: Connection refused", 'inventory'],
    ['ActiveRecord::DatabaseConnectionError: There is an issue connecting with your hostname: db.', 'db'],
    [
      'consumer: Cannot connect to amqp://guest:**@rabbitmq:5672//: [Errno 111] Connection refused.',
      'rabbitmq',
    ],
    ['java.net.UnknownHostException: db: Temporary failure in name resolution', 'db'],
  ])('%s', (line, host) => {
    expect(hostsOf(line)).toContain(host);
  });

  test.each([
    ['dial tcp: lookup rabbitmq on 10.96.0.10:53: no such host', 'rabbitmq'],
    ['java.net.UnknownHostException: inventory', 'inventory'],
    ['could not translate host name "db" to address: Name or service not known', 'db'],
    ['Name or service not known (redis:6379)', 'redis'],
    ["nc: bad address 'postgres'", 'postgres'],
    ['Unable to connect to redis/<unresolved>:6379', 'redis'],
    ['ServerSelectionTimeoutError: mongo:27017: [Errno -2] Name or service not known', 'mongo'],
    ["Failed to resolve 'kafka:9092': Name or service not known", 'kafka'],
    ['DNS resolution failed for pricing:50051: C-ares status: Domain name not found', 'pricing'],
    ['java.net.UnknownHostException: db: Name or service not known', 'db'],
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

describe('the word of a client that gives up', () => {
  test.each([
    'MaxRetriesPerRequestError: Reached the max retries per request limit (which is 1).',
    "Error: Stream isn't writeable and enableOfflineQueue options is false",
    'ClientClosedError: The client is closed',
    'JedisException: Could not get a resource from the pool',
  ])('beside what it could not reach: %s', (line) => {
    const refused = '[ioredis] Unhandled error event: Error: connect ECONNREFUSED 10.96.3.38:6379';
    const hosts = complaintsOf([refused, line]).flatMap((complaint) => complaint.hosts);
    expect(hosts.map(({ host, isCertain }) => [host, isCertain])).toContainEqual(['10.96.3.38', true]);
  });

  test('none where the error is of another kind', () => {
    const refused = 'connect ECONNREFUSED 10.96.3.38:6379';
    expect(complaintsOf([refused, 'TypeError: cart is undefined'])).toEqual([]);
  });
});

describe('the kind of store that a client says it does not reach', () => {
  test.each([
    ['HikariPool-1 - Connection is not available, request timed out after 3002ms', 5432],
    ['{"status":"DOWN","components":{"db":{"status":"DOWN"}}}', 3306],
    ['redis.clients.jedis.exceptions.JedisConnectionException: connection closed', 6379],
    ['{"status":503,"message":"database unavailable"}', 5432],
    ['MongooseError: Operation buffering timed out, mongo', 27017],
  ])('%s', (line, port) => {
    expect(complaintIn(line).flatMap(({ ports }) => ports)).toContain(port);
  });

  test.each([
    'Connection to orders.example.com:5432 refused by postgres',
    'could not connect to postgres at db.example.com',
    'ERROR: duplicate key in database orders',
  ])('none: %s', (line) => {
    expect(complaintIn(line).flatMap(({ ports }) => ports)).toEqual([]);
  });
});

describe('what a log complains of', () => {
  test('what an error came of, where the runtime writes it below', () => {
    const lines = ['System.InvalidOperationException: cart', ' ---> Failed to connect to 10.96.3.4:5432'];
    expect(complaintsOf(lines).flatMap(({ hosts }) => hosts.map(({ host }) => host))).toEqual(['10.96.3.4']);
  });

  test('no numbers of a clock, and no frame of a stack', () => {
    const lines = ['2026-01-01T00:00:01 WARN redis timed out', 'timed out at app (redis.js:12)'];
    expect(complaintsOf(lines).flatMap(({ hosts }) => hosts)).toEqual([]);
  });

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
