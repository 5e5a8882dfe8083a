import type { AdminDeps, AdminOptions } from './admin/deps.js';
import type { ApiDeps, ApiOptions } from './api/deps.js';

/** All that is behind the table of routes: what the pages and what the API work with. */
export type DashboardDeps = Omit<AdminDeps, 'options'> & Omit<ApiDeps, 'options'> & { options: DashboardOptions };

export type DashboardOptions = AdminOptions & ApiOptions;
