export { createStreamAdmin, type StreamAdmin } from './admin.js';
export { type Gateway, type GatewayOptions, startGateway } from './gateway.js';
export { type ResultMessage, resultMessageSchema } from './message.js';
