export { AcceptBusy, type AcceptRequest, accept, type Received } from './accept/accept.js';
export { type Payload, type QueueName, queueNames } from './catalogue.js';
export type { TaskJob } from './command/job-list.js';
export type {
  DeadLetter,
  Delivery,
  DeliveryHandler,
  Notice,
  Pipeline,
  PipelineEvent,
  TaskProgress,
  TranscriptEdit,
} from './contract.js';
export { createDeliverFolder } from './delivery/deliver-folder.js';
export type { Outage } from './maintenance/outage.js';
export { createPipeline, type PipelineOptions, type WorkerPipeline } from './pipeline.js';
export type { StageCall, StageHandlers } from './stage/stage.js';
export type { WorkerSign } from './worker/heartbeat.js';
export type { WorkOptions } from './worker/workers.js';
