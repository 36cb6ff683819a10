/** How clients call a kind of store, broker or cache, and the ports on which it is usually served. */
const STORES: readonly (readonly [talk: RegExp, ports: readonly number[]])[] = [
  [/postgres|psycopg|asyncpg|npgsql|\bPG::|PSQL/i, [5432, 6432, 26257]],
  [/mysql|maria/i, [3306]],
  [/sql ?server|mssql|SqlClient/i, [1433]],
  [/redis|lettuce|jedis|valkey/i, [6379, 26379]],
  [/memcache/i, [11211]],
  [/mongo/i, [27017]],
  [/rabbit|amqp/i, [5672, 5671]],
  [/kafka|bootstrap\.servers/i, [9092, 9093, 9094]],
  [/elastic|opensearch/i, [9200]],
  [/cassandra/i, [9042]],
  [
    /hikari|jdbc|hibernate|\bdatabase\b|datasource|["'\s]db["'\s]|sqlalchemy|ActiveRecord|sequelize|prisma|typeorm|SQLSTATE/i,
    [5432, 6432, 26257, 3306, 1433, 1521],
  ],
];

/** The usual ports of what a text names by its kind; the first kind is the most exact. */
export const storePorts = (text: string): readonly number[] =>
  STORES.find(([talk]) => talk.test(text))?.[1] ?? [];
