import { join } from 'node:path';
import { Validator } from '@seriousme/openapi-schema-validator';
import { expect, test } from 'vitest';
import { documentApi } from './document.js';
import { operations } from './operation.js';
import { apiRoutes } from './route.js';

const text = `${JSON.stringify(documentApi(), null, 2)}\n`;

test('docs/openapi.json is made from the schemas requests are checked with', async () => {
  await expect(text).toMatchFileSnapshot(join(import.meta.dirname, '../../../../docs/openapi.json'));
});

test('it is an OpenAPI 3.1 document, and its references lead somewhere', async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(JSON.parse(text));
  expect(errors).toBeUndefined();
  expect([valid, validator.version]).toEqual([true, '3.1']);
  const { components } = documentApi() as { components: { schemas: object } };
  const referenced = [...text.matchAll(/"\$ref": "([^"]+)"/g)].map(([, target]) => target);
  expect([...new Set(referenced)].sort()).toEqual(
    Object.keys(components.schemas)
      .map((name) => `#/components/schemas/${name}`)
      .sort(),
  );
});

test('it has every route and no other', () => {
  const named = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
  expect(operations.map(named).sort()).toEqual(apiRoutes.map(named).sort());
});
