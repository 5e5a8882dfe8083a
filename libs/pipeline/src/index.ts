export { AcceptBusy, type Accepted, type AcceptRequest, accept, type Received } from './accept/accept.js';
export { type Part, type Payload, type QueueName, queueNames } from './catalogue.js';
export type { TaskJob } from './command/job-list.js';
export type { PipelineLog, Retention } from './context.js';
export type {
  DeadLetter,
  Delivery,
  DeliveryHandler,
  EndedTask,
  Notice,
  Pipeline,
  PipelineEvent,
  StageDetails,
  StateChange,
  TaskFailure,
  TaskProgress,
  TranscriptEdit,
} from './contract.js';
export { createDeliverFolder } from './delivery/deliver-folder.js';
export type { Outage } from './maintenance/outage.js';
export { createPipeline, type PipelineOptions, type WorkerPipeline } from './pipeline.js';
export type { ServeOptions } from './queue/serve.js';
export type { Planned } from './stage/flow.js';
export type { StageCall, StageHandlers } from './stage/stage.js';
export type { RateName } from './stage/throughput.js';
export type { WorkerSign } from './worker/heartbeat.js';
export type { Work, WorkOptions } from './worker/workers.js';
