import { step } from './step.js';

/**
 * Sessions that were opened before this step may still come under the cookie's earlier name, which every port of a host shares; none
 * lives longer than a week. `unnamed` is false for all that are opened later.
 */
export default step(
  'alter table session add column unnamed boolean not null default true',
  'alter table session alter column unnamed set default false',
);
