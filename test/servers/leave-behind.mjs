// A process that starts a server, says so, and waits to be killed: `node leave-behind.mjs redis.mjs startRedis`.
const [module, name] = process.argv.slice(2);
const exported = await import(new URL(module ?? '', import.meta.url).href);
const { pid, folder } = await exported[name ?? '']({ killable: true });
process.send?.({ pid, folder });
setInterval(() => {}, 60_000);
