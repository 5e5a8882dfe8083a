import { expect, test } from 'vitest';
import { isMaskOf, maskSecret } from './csrf.js';

test('a form’s secret looks different each time and stands for its session alone', () => {
  const one = maskSecret('the secret of a session');
  const other = maskSecret('the secret of a session');
  expect(one).not.toBe(other);
  for (const each of [one, other]) expect(isMaskOf(each, 'the secret of a session')).toBe(true);
  expect(isMaskOf(one, 'the secret of another!!')).toBe(false);
  for (const forged of ['', 'the secret of a session', one.slice(0, -2), `${one}AA`])
    expect(isMaskOf(forged, 'the secret of a session')).toBe(false);
});
