import { isSchedulerError } from '@ametrine/core';
import { Cluster } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { RedisJobStore } from '../src/redis-store.js';

const url = 'redis://localhost';

function refusal(options: unknown): Error & { details: Readonly<Record<string, unknown>> } {
  try {
    new RedisJobStore(options as never);
  } catch (error) {
    if (isSchedulerError(error, 'ERR_INVALID_ARGUMENT')) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('options', () => {
  it.each<[string, unknown, string]>([
    ['no place', {}, 'options'],
    ['two places', { url, nodes: [{ host: 'a', port: 1 }] }, 'options'],
    ['a URL of another protocol', { url: 'http://localhost' }, 'options.url'],
    ['no list of nodes', { nodes: [] }, 'options.nodes'],
    ['a node without a port', { nodes: [{ host: 'a' }] }, 'options.nodes[0].port'],
    ['Sentinels without a name', { sentinels: [{ host: 'a', port: 1 }] }, 'options.name'],
    ['a name beside a URL', { url, name: 'primary' }, 'options.name'],
    ['a client that is none', { client: {} }, 'options.client'],
    ['a prefix with a brace', { url, keyPrefix: 'a{b' }, 'options.keyPrefix'],
    ['a negative patience', { url, patienceMs: -1 }, 'options.patienceMs'],
    ['another durability', { url, durability: 'none' }, 'options.durability'],
    ['replicas in a cluster', { nodes: [{ host: 'a', port: 1 }], waitReplicas: 1 }, 'options.waitReplicas'],
    [
      'replicas beside a Cluster of the user',
      { client: new Cluster([{ host: 'a', port: 1 }], { lazyConnect: true }), waitReplicas: 1 },
      'options.waitReplicas',
    ],
    ['a misspelt option', { url, patience: 1 }, 'options.patience'],
  ])('refuse %s', (_, options, field) => {
    expect(refusal(options).details['field']).toBe(field);
  });

  it('never show a credential', () => {
    const secret = 'hunter2';
    for (const options of [
      { url: `http://user:${secret}@localhost` },
      { url: `redis://user:${secret}@` },
      { url, client: { password: secret } },
      { client: { options: { password: secret } } },
      { url, password: [secret] },
      { nodes: [{ host: 'a', port: 0 }], password: secret },
    ]) {
      const error = refusal(options);
      expect(JSON.stringify([error.message, error.details])).not.toContain(secret);
    }
  });
});
