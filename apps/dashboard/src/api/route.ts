import type { Route } from '../http/route.js';

/** The HTTP API for programs, `/v1/…`: its rows of the route table (guard `anyone`, proof `key`). */
export const apiRoutes: readonly Route[] = [];
