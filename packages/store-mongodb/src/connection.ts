/**
 * Connecting, and what the server at the other end can do.
 *
 * @module
 */
import { SchedulerError } from '@ametrine/core/spi';
import type { Db, MongoClient } from 'mongodb';
import { letLoose } from './loose-client.js';
import { defaultDbName, type MongoSettings } from './options.js';

/** An open connection. */
export interface Connection {
  readonly client: MongoClient;
  readonly db: Db;
  /** The store opened it, and closes it. */
  readonly isOwn: boolean;
  /** The server has transactions and change streams. */
  readonly hasTransactions: boolean;
}

/** The oldest server that the driver of this release speaks with. */
const LEAST_WIRE_VERSION = 9;

/**
 * Connects, or takes the user's client, and looks what the server can do.
 *
 * @param life - what the connections of this node are called on the server
 */
export async function connect(settings: MongoSettings, life: string): Promise<Connection> {
  if (settings.connection === null) {
    const db = ownDb(settings);
    const client = clientOf(settings, db);
    return { client, db, isOwn: false, hasTransactions: await hasTransactions(db) };
  }
  const { uri, options } = settings.connection;
  const { MongoClient } = await loadDriver();
  const client = new MongoClient(uri, { ...options, appName: appName(life) });
  try {
    await client.connect();
    letLoose(client);
    const db = client.db(settings.dbName ?? defaultDbName(uri));
    return { client, db, isOwn: true, hasTransactions: await hasTransactions(db) };
  } catch (error) {
    await client.close().catch(() => {});
    throw error;
  }
}

function ownDb({ db, client, dbName }: MongoSettings): Db {
  const found = db ?? client?.db(dbName ?? undefined);
  return found as unknown as Db;
}

function clientOf({ client }: MongoSettings, db: Db): MongoClient {
  return (client ?? db.client) as unknown as MongoClient;
}

async function loadDriver(): Promise<typeof import('mongodb')> {
  try {
    return await import('mongodb');
  } catch (cause) {
    throw new SchedulerError(
      'ERR_STORE_UNAVAILABLE',
      'The package mongodb is not installed: npm install mongodb',
      {
        cause,
      },
    );
  }
}

async function hasTransactions(db: Db): Promise<boolean> {
  const hello = await db.command({ hello: 1 });
  const wireVersion: unknown = hello['maxWireVersion'];
  if (typeof wireVersion === 'number' && wireVersion < LEAST_WIRE_VERSION) {
    throw new SchedulerError(
      'ERR_STORE_SCHEMA',
      'This MongoDB server is too old: the store needs 4.4 or newer',
      {
        details: { wireVersion },
      },
    );
  }
  return typeof hello['setName'] === 'string' || hello['msg'] === 'isdbgrid';
}

/** The server's clock (epoch ms). */
export async function serverNow(db: Db): Promise<number> {
  const { localTime } = await db.command({ hello: 1 });
  return (localTime as Date).getTime();
}

/** What the connections of a life are called on the server. */
function appName(life: string): string {
  return `ametrine ${life}`;
}

const NO_OLD_HELLO = { 'command.isMaster': { $exists: false }, 'command.ismaster': { $exists: false } };

/**
 * Whether the process of a life still has connections. Null when the server does not say: its user may lack the right
 * to see connections of others.
 */
export async function isConnected(client: MongoClient, life: string): Promise<boolean | null> {
  try {
    const found = await client
      .db('admin')
      .aggregate([
        { $currentOp: { allUsers: true, idleConnections: true } },
        // The server may keep the connections by which drivers watch it for longer than those that do the work.
        { $match: { appName: appName(life), 'command.hello': { $exists: false }, ...NO_OLD_HELLO } },
        { $limit: 1 },
      ])
      .toArray();
    return found.length > 0;
  } catch {
    return null;
  }
}
