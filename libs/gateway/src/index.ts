export { type Gateway, type GatewayOptions, startGateway } from './gateway.js';
export { type ResultMessage, resultMessageSchema, type TaskMessage, taskMessageSchema } from './message.js';
