import { createHash } from 'node:crypto';
import { allCases, runCase } from '@ametrine/conformance';
import { describe, expect, it } from 'vitest';
import harness from '../../conformance/harnesses/redis.mjs';
import { COMMANDS, type Command, type CommandName } from '../src/generated/commands.js';

/** A script with one thing wrong, and the rule by whose cases the kit is to notice. */
interface Mutant {
  readonly what: string;
  readonly command: CommandName;
  readonly find: string;
  readonly put: string;
  readonly rule: string;
}

const mutants: readonly Mutant[] = [
  {
    what: 'claims in another order: priorities do not count',
    command: 'store',
    find: 'gather(put[name], next_at, rank .. id)',
    put: "gather(put[name], next_at, '00000000' .. id)",
    rule: 'JS-ACQ-05',
  },
  {
    what: 'claims triggers of a job that is busy',
    command: 'claim',
    find: "job.busy = redis.call('HEXISTS', live, job_id) == 1",
    put: 'job.busy = false',
    rule: 'JS-ACQ-08',
  },
  {
    what: 'claims two triggers of a non-concurrent job at once',
    command: 'claim',
    find: 'job.busy = job.exclusive',
    put: 'job.busy = false',
    rule: 'JS-ACQ-08',
  },
  {
    what: 'claims beyond the window',
    command: 'claim',
    find: 'if score == nil or score > bound then',
    put: 'if score == nil then',
    rule: 'JS-ACQ-03',
  },
  {
    what: 'fires ahead of time',
    command: 'claim',
    find: 'local fires = score <= now and fireable',
    put: 'local fires = fireable',
    rule: 'JS-ACQ-10',
  },
  {
    what: 'leaves what is due soon and does not say so',
    command: 'claim',
    find: 'left_at = at\n',
    put: "left_at = ''\n",
    rule: 'JS-ACQ-12',
  },
  {
    what: 'does not count a fire',
    command: 'claim',
    find: "times == '0' and '1' or string.format('%.0f', tonumber(times) + 1)",
    put: 'times',
    rule: 'JS-FIR-05',
  },
  {
    what: 'claims what misfired as it is',
    command: 'claim',
    find: "open_stream(due, max_misfires > 0 and '-inf' or ARGV[7])",
    put: "open_stream(due, '-inf') misfired_before = -math.huge",
    rule: 'JS-ACQ-06',
  },
  {
    what: 'claims a trigger and leaves it due',
    command: 'claim',
    find: "in_pieces('ZREM', due, gone[1])",
    put: '',
    rule: 'JS-ACQ-01',
  },
  {
    what: 'fires without a look at the token',
    command: 'fire',
    find: "if state ~= 'a' or held ~= token then",
    put: "if state ~= 'a' then",
    rule: 'JS-FIR-02',
  },
  {
    what: 'fires while the job, not to run twice, is running',
    command: 'fire',
    find: "if has(job_flags, 'n') and is_executing(job_id, token) then",
    put: 'if false then',
    rule: 'JS-FIR-06',
  },
  {
    what: 'fires without the calendar',
    command: 'fire',
    find: "return 'm'",
    put: "text = '?' end if text == calendar then",
    rule: 'JS-FIR-04',
  },
  {
    what: 'ends a claim that has not fired',
    command: 'complete',
    find: "if string.sub(value, 1, 2) ~= 'x|' then",
    put: 'if false then',
    rule: 'JS-CMP-02',
  },
  {
    what: 'ends a run again and again',
    command: 'complete',
    find: "in_pieces('HDEL', runs, ended_runs)",
    put: '',
    rule: 'JS-CMP-02',
  },
  {
    what: 'keeps the job busy when its run has ended',
    command: 'complete',
    find: 'count_run(job_id, -by)',
    put: '',
    rule: 'JS-CMP-08',
  },
  {
    what: 'removes a trigger that its run has rescheduled',
    command: 'complete',
    find: "if next_at ~= '' or (head[4] or '') == '' then",
    put: 'if true then',
    rule: 'JS-CMP-03',
  },
  {
    what: 'leaves the job of the last trigger behind',
    command: 'complete',
    find: 'if remove_orphan(job_id) then\norphans',
    put: 'if false then\norphans',
    rule: 'JS-REM-03',
  },
  {
    what: 'writes data that a job does not persist',
    command: 'complete',
    find: "if job and has(string.match(job, '^(%l*)'), 'p') then",
    put: 'if job then',
    rule: 'JS-CMP-07',
  },
  {
    what: 'gives the claim of somebody else back',
    command: 'release',
    find: "if state == 'a' then",
    put: 'if state then',
    rule: 'JS-REL-02',
  },
  {
    what: 'gives a claim back and lets its trigger never fire',
    command: 'release',
    find: 'enter_due(flags, rank, next_at, id)\nif earliest',
    put: 'if earliest',
    rule: 'JS-REL-01',
  },
  {
    what: 'overwrites a trigger that exists',
    command: 'store',
    find: 'local existing_trigger = not replaces and first_known(ids_coming, olds)',
    put: 'local existing_trigger = false',
    rule: 'JS-STO-03',
  },
  {
    what: 'stores a trigger without its job',
    command: 'store',
    find: 'elseif missing then',
    put: 'elseif false then',
    rule: 'JS-STO-03',
  },
  {
    what: 'stores triggers that wait although their group is paused',
    command: 'store',
    find: 'if had.paused == 0 then',
    put: 'if true then',
    rule: 'JS-PAU-04',
  },
  {
    what: 'forgets the last fire of what is replaced',
    command: 'store',
    find: 'old and inheriting(value, old) or value',
    put: 'value',
    rule: 'JS-STO-05',
  },
  {
    what: 'does not tell executions of a job that must not run twice any more',
    command: 'commit',
    find: "redis.call('HSET', runs, token, value)",
    put: '',
    rule: 'JS-ACQ-08',
  },
  {
    what: 'replaces a trigger by one of another job',
    command: 'replace',
    find: 'if job_id_in(old) ~= job_id_in(value) then',
    put: 'if false then',
    rule: 'JS-STO-08',
  },
  {
    what: 'removes the last trigger without its job',
    command: 'removeTriggers',
    find: 'if remove_orphan(job_id) then',
    put: 'if false then',
    rule: 'JS-REM-03',
  },
  {
    what: 'removes a job without its triggers',
    command: 'removeJobs',
    find: "remove_trigger(id, redis.call('HGET', triggers, id) or '')",
    put: '',
    rule: 'JS-REM-01',
  },
  {
    what: 'calls a claim a run',
    command: 'state',
    find: "if state == 'x' and of == job_id then",
    put: 'if of == job_id then',
    rule: 'JS-STA-02',
  },
  {
    what: 'lets two transactions in at a time',
    command: 'lock',
    find: 'if holder and holder ~= ARGV[2] then',
    put: 'if false then',
    rule: 'JS-CLU-01',
  },
  {
    what: 'does a call again that arrives again',
    command: 'claim',
    find: "if tonumber(number) == tonumber(ARGV[3]) then\nreturn { 'again', outcome }\nelseif",
    put: 'if',
    rule: 'JS-ACQ-01',
  },
];

/** Runs the cases of the rule until one fails; its id, or null when none does. */
async function caughtBy(rule: string): Promise<string | null> {
  for (const kase of allCases.filter(({ rules }) => rules.includes(rule))) {
    const { outcome } = await runCase(harness, kase, { deadlineMs: 10_000 });
    if (outcome === 'fail') return kase.id;
  }
  return null;
}

async function withScript(name: CommandName, script: string, work: () => Promise<void>): Promise<void> {
  const commands = COMMANDS as Record<CommandName, Command>;
  const right = commands[name];
  const sha = createHash('sha1').update(script).digest('hex');
  commands[name] = { ...right, script, sha };
  try {
    await work();
  } finally {
    commands[name] = right;
  }
}

describe('a script that', () => {
  it.each(mutants)(
    '$what is caught',
    async ({ command, find, put, rule }) => {
      const { script } = COMMANDS[command];
      expect(script.split(find).length, 'the place is there').toBeGreaterThan(1);
      await withScript(
        command,
        script.replace(find, () => put),
        async () => {
          expect(await caughtBy(rule), `a case of ${rule} that fails`).not.toBeNull();
        },
      );
    },
    120_000,
  );
});
