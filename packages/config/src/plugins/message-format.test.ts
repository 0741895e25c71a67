import { describe, expect, test } from 'vitest';
import { messageFormat } from './message-format.js';

const AT = new Date('2026-03-05T21:04:09.007Z');

describe('messageFormat', () => {
  test.each<[string, readonly (string | number | Date | null)[], string]>([
    ['Job {1}.{0} at {2, date, HH:mm:ss MM/dd/yyyy}', ['j', 'g', AT], 'Job g.j at 21:04:09 03/05/2026'],
    ["it''s '{0}' {0}", ['x'], "it's {0} x"],
    ['{0} {0,number,integer} {0,number,#}', [1234.4], '1,234.4 1,234 1234'],
    ['{0} {1} {2}', [null, 'b'], 'null b {2}'],
    ["{0,date,yyyy-MM-dd'T'HH:mm:ss.SSSXXX}", [AT], '2026-03-05T21:04:09.007+00:00'],
    ['{0,date,EEE d MMM yy} {0,time,h:mm a} {0,date,EEEE MMMM}', [AT], 'Thu 5 Mar 26 9:04 PM Thursday March'],
    ['{0,date,short} {0,date} {0,time}', [AT], '3/5/26 Mar 5, 2026 9:04:09 PM'],
    ['{0,date,HH:mm}', ['text'], 'text'],
  ])('fills in %s', (template, args, text) => {
    expect(messageFormat('m', template, 'UTC')(args)).toBe(text);
  });

  test('shows the wall clock of its zone', () => {
    expect(messageFormat('m', '{0,date,HH:mm z Z}', 'America/New_York')([AT])).toBe('16:04 EST -0500');
  });

  test.each(['{', '{x}', '{0', '{0,choice,1#a}', '{0,date,QQ}', '{0,number,0.00}', '{0{1}}'])(
    'refuses %s',
    (template) => {
      expect(() => messageFormat('options.m', template, 'UTC')).toThrow(
        expect.objectContaining({
          code: 'ERR_INVALID_ARGUMENT',
          message: expect.stringContaining('options.m'),
        }),
      );
    },
  );
});
