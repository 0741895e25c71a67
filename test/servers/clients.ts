/**
 * What the tests of the servers do with one: write a value, read it again.
 *
 * @module
 */
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { createConnection } from 'mysql2/promise';
import pg from 'pg';

/** A connection to a server. */
export interface Client {
  write(value: string): Promise<void>;
  read(): Promise<string | undefined>;
  close(): Promise<void>;
}

export async function connectRedis(url: string): Promise<Client> {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on('error', () => {});
  await redis.ping();
  return {
    write: async (value) => void (await redis.set('value', value)),
    read: async () => (await redis.get('value')) ?? undefined,
    close: async () => redis.disconnect(),
  };
}

export async function connectPostgres(url: string): Promise<Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  await client.query('CREATE TABLE IF NOT EXISTS server_test (value text)');
  return {
    write: async (value) => void (await client.query('INSERT INTO server_test VALUES ($1)', [value])),
    read: async () => (await client.query('SELECT value FROM server_test')).rows[0]?.value,
    close: () => client.end().catch(() => {}),
  };
}

export async function connectMysql(url: string): Promise<Client> {
  const connection = await createConnection(url);
  connection.on('error', () => {});
  await connection.query('CREATE TABLE IF NOT EXISTS server_test (value text)');
  return {
    write: async (value) => void (await connection.query('INSERT INTO server_test VALUES (?)', [value])),
    read: async () => {
      const [rows] = await connection.query('SELECT value FROM server_test');
      return (rows as { value: string }[])[0]?.value;
    },
    close: async () => connection.destroy(),
  };
}

export async function connectMongo(url: string): Promise<Client> {
  const client = await new MongoClient(url, { serverSelectionTimeoutMS: 5000 }).connect();
  const collection = client.db('ametrine').collection('server_test');
  return {
    write: async (value) =>
      void (await collection.insertOne({ value }, { writeConcern: { w: 'majority', journal: true } })),
    read: async () => (await collection.findOne())?.['value'],
    close: () => client.close(),
  };
}
