import { type Document, MongoClient } from 'mongodb';
import type { ServerMeter } from '../server-meter.js';

/** The meter of MongoDB: `serverStatus`. */
export async function meterMongodb(url: string): Promise<ServerMeter> {
  const client = await new MongoClient(url).connect();
  const admin = client.db('admin');
  return {
    counters: async () => {
      const status = await admin.command({ serverStatus: 1 });
      const operations = Object.values(status['opcounters'] as Record<string, unknown>);
      return {
        statements: operations.reduce<number>(
          (sum, count) => sum + (typeof count === 'number' ? count : 0),
          0,
        ),
        roundTrips: Number(status['network'].numRequests),
      };
    },
    storedBytes: async () => {
      // Sizes on disk are known after a checkpoint.
      await admin.command({ fsync: 1 });
      const { databases } = await admin.command({ listDatabases: 1 });
      return (databases as Document[]).reduce(
        (sum, { sizeOnDisk, name }) => sum + (name === 'admin' || name === 'config' ? 0 : Number(sizeOnDisk)),
        0,
      );
    },
    close: () => client.close(),
  };
}
