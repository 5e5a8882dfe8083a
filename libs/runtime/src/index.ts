export type { Logger } from 'pino';
export { deferred } from './async/deferred.js';
export { every } from './async/every.js';
export { remember } from './async/remember.js';
export { untilAborted } from './async/until-aborted.js';
export { type Child, type ChildCallOptions, createChild } from './child/child.js';
export type { HandlerContext, Handlers } from './child/compute.js';
export { endProcess } from './child/end-process.js';
export { bareEnvironment, inheritedEnvironment } from './child/environment.js';
export type { ChildOptions } from './child/managed-process.js';
export { nodeTuning } from './child/memory-tuning.js';
export { withParentDeathSignal } from './child/parent-death.js';
export { type ProcessOutcome, type RunProcessOptions, runProcess } from './child/run-process.js';
export { type ServeChildOptions, serveChild } from './child/serve.js';
export { type Supervised, type SupervisedOptions, supervise } from './child/supervise.js';
export { createTail } from './child/tail.js';
export { type KeptConnection, keepConnected, type Link } from './connection/keep.js';
export { reconnectPause } from './connection/pause.js';
export { resilientRedis } from './connection/redis.js';
export { isUnavailable, whileUnavailable } from './connection/unavailable.js';
export { isLoopback } from './http/loopback.js';
export { type Announcement, announceReady, exitNeedsOperator } from './lifecycle/announce.js';
export { isAlive } from './lifecycle/is-alive.js';
export { createLifecycle, type Lifecycle, type LifecycleOptions } from './lifecycle/lifecycle.js';
export {
  hasEnded,
  ownIdentity,
  type ProcessIdentity,
  parseIdentity,
  processIdentitySchema,
} from './lifecycle/process-identity.js';
export { createLogger, type LoggerOptions } from './logging/logger.js';
export { type MetricsServer, type MetricsServerOptions, serveMetrics } from './metric/server.js';
