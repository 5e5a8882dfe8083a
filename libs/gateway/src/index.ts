export { createStreamAdmin, type StreamAdmin, type StreamAdminOptions } from './admin.js';
export { type Gateway, type GatewayOptions, type StreamLag, startGateway } from './gateway.js';
export { type ResultMessage, resultMessageSchema, type TaskMessage, taskMessageSchema } from './message.js';
