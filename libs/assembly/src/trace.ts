import { context, propagation, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

/** Spans on their way to a collector. */
export interface Tracing {
  /** Sends what is held and stops. */
  close(): Promise<void>;
}

/**
 * Makes this process send the spans of its jobs to an OpenTelemetry collector; a collector that is away costs spans, never work.
 * @param url OTLP over HTTP, `…/v1/traces`
 * @param name of the process, as traces show it
 */
export const startTracing = (url: string, name: string): Tracing => {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'whisper-bot', 'service.instance.id': name }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url, timeoutMillis: 5000 }))],
  });
  provider.register();
  return {
    close: async () => {
      await provider.shutdown().catch(() => undefined);
      // The provider is global: without this a next one would be refused.
      for (const part of [trace, context, propagation]) part.disable();
    },
  };
};
