import { Redis } from 'ioredis';
import type { ServerMeter } from '../server-meter.js';

/** The meter of Redis: `INFO`. */
export async function meterRedis(url: string): Promise<ServerMeter> {
  const client = new Redis(url);
  const field = async (section: string, name: string): Promise<number> => {
    const info = await client.info(section);
    return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
  };
  return {
    counters: async () => ({
      statements: await field('stats', 'total_commands_processed'),
      roundTrips: await field('stats', 'total_reads_processed'),
    }),
    storedBytes: () => field('memory', 'used_memory'),
    close: async () => client.disconnect(),
  };
}
