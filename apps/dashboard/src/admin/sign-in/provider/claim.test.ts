import { accountNameSchema } from '@whisper-bot/store';
import { describe, expect, test } from 'vitest';
import { isOfDomain, nameOf, roleOf } from './claim.js';

const values = { administrator: ['/admins'], operator: ['ops'], viewer: ['staff'] };

describe('the role', () => {
  test.each([
    ['a list', 'groups', { groups: ['staff', 'ops'] }, 'operator'],
    ['the highest, whatever the order', 'groups', { groups: ['/admins', 'staff'] }, 'administrator'],
    ['one text', 'role', { role: 'staff' }, 'viewer'],
    ['a path', 'realm_access.roles', { realm_access: { roles: ['ops'] } }, 'operator'],
    ['a name with dots', 'https://id.example/roles', { 'https://id.example/roles': ['ops'] }, 'operator'],
    ['keys of an object', 'roles', { roles: { ops: { org: 'x' } } }, 'operator'],
    ['a verified address', 'email', { email: 'Staff', email_verified: true }, 'viewer'],
    ['an address that is not verified', 'email', { email: 'staff' }, null],
    ['another case', 'groups', { groups: ['OPS'] }, null],
    ['a part of a name', 'groups', { groups: ['ops-trainees'] }, null],
    ['no such claim', 'groups', {}, null],
    ['a path into a text', 'groups.0', { groups: 'ops' }, null],
    ['what every object has', 'constructor.name', {}, null],
    ['nonsense', 'groups', { groups: [null, 7, { ops: true }] }, null],
  ] as const)('from %s', (_what, claim, claims, role) => {
    expect(roleOf(claims, { claim, values })).toBe(role);
  });
});

test.each([
  [{ email: 'ann@Example.org', email_verified: true }, true],
  [{ email: 'ann@example.org', email_verified: 'true' }, true],
  [{ email: 'ann@example.org' }, false],
  [{ email: 'ann@sub.example.org', email_verified: true }, false],
  [{ email: '"@example.org"@evil.example', email_verified: true }, false],
  [{}, false],
])('%j is of the domain: %j', (claims, expected) => {
  expect(isOfDomain(claims, ['EXAMPLE.org'])).toBe(expected);
});

test.each([
  [{ preferred_username: 'ann.lee' }, 'ann.lee'],
  [{ preferred_username: 'x', email: 'ann@example.org', email_verified: true }, 'ann@example.org'],
  [{ email: 'ann@example.org', name: 'Ann Lee' }, 'Ann-Lee'],
  [{ name: 'Анна Ли' }, 'Анна-Ли'],
  [{ name: '<script>' }, 'script-'],
  [{ name: '  (root) (command line) ' }, 'root-command-line-'],
  [{ preferred_username: `${'a'.repeat(80)}` }, 'a'.repeat(60)],
  [{ sub: '1', preferred_username: 7 }, 'person-6b86b273'],
])('%j is called %s', (claims, name) => {
  expect(nameOf(claims)).toBe(name);
  expect(accountNameSchema.safeParse(name).success).toBe(true);
});
