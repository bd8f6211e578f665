import { expect, test } from '@jest/globals';
import { headIn } from '../../src/run/remote-refs.js';

const MAIN = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);

test('the head of a ref is that of the ref itself, not of one that ends in its name', () => {
  const listing = `${OTHER}\trefs/heads/refs/heads/main\n${MAIN}\trefs/heads/main\n`;
  expect(headIn(listing, 'refs/heads/main')).toBe(MAIN);
  expect(headIn(`${OTHER}\trefs/heads/refs/heads/main\n`, 'refs/heads/main')).toBe('');
});

test('a ref that is not there has none', () => {
  expect(headIn('', 'refs/heads/main')).toBe('');
});
