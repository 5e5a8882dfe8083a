export { AcceptBusy, type Accepted, type AcceptRequest, accept, type Received } from './accept/accept.js';
export { type Part, type Payload, type QueueName, queueNames } from './catalogue.js';
export type { PipelineLog, Retention } from './context.js';
export type {
  DeadLetter,
  Delivery,
  DeliveryHandler,
  Notice,
  Pipeline,
  PipelineEvent,
  StageDetails,
  StateChange,
  TaskFailure,
  TaskProgress,
} from './contract.js';
export { createDeliverFolder } from './deliver-folder.js';
export type { Planned } from './flow.js';
export type { WorkerSign } from './heartbeat.js';
export type { TaskJob } from './job-list.js';
export type { Outage } from './outage.js';
export { createPipeline, type PipelineOptions, type WorkingPipeline } from './pipeline.js';
export type { RateName } from './rate.js';
export type { ServeOptions } from './serve.js';
export type { StageCall, StageHandlers } from './stage.js';
export type { Work, WorkOptions } from './workers.js';
