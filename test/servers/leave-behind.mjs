// A process that starts a server, says so, and waits to be killed: `node leave-behind.mjs redis.mjs startRedis`.
const [module, name] = process.argv.slice(2);
const exported = await import(new URL(module ?? '', import.meta.url).href);
const server = await exported[name ?? '']({ killable: true });
const members = server.members ?? server.nodes ?? [server];
process.send?.(
  members.map((/** @type {import('./private-server.mjs').PrivateServer} */ { pid, folder }) => ({
    pid,
    folder,
  })),
);
setInterval(() => {}, 60_000);
