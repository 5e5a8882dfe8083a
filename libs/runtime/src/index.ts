export type { Logger } from 'pino';
export { type Child, type ChildCallOptions, createChild } from './child/child.js';
export type { HandlerContext, Handlers } from './child/compute.js';
export type { ChildOptions } from './child/living.js';
export { withParentDeathSignal } from './child/parent-death.js';
export { type ProcessOutcome, type RunProcessOptions, runProcess } from './child/run-process.js';
export { type ServeChildOptions, serveChild } from './child/serve.js';
export { createLifecycle, type Lifecycle, type LifecycleOptions } from './lifecycle.js';
export { createLogger, type LoggerOptions } from './logger.js';
