import { AsyncLocalStorage } from 'node:async_hooks'
import { appendFileSync } from 'node:fs'
import { context, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import { ExportResultCode, W3CTraceContextPropagator } from '@opentelemetry/core'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'

// What an operator would load by `--import`: the real SDK. What it exports goes to the file TRACE_FILE, a JSON object a line.

const file = process.env['TRACE_FILE'] ?? ''

/** @type {import('@opentelemetry/sdk-trace-base').SpanExporter} */
const exporter = {
  export: (spans, done) => {
    for (const span of spans) {
      const { name, kind, attributes, status, events, parentSpanContext } = span
      const { traceId, spanId } = span.spanContext()
      const parent = parentSpanContext?.spanId
      const told = { name, kind, attributes, status, events, traceId, spanId, parent }
      appendFileSync(file, `${JSON.stringify(told)}\n`)
    }
    done({ code: ExportResultCode.SUCCESS })
  },
  shutdown: () => Promise.resolve(),
}

/** As in `@opentelemetry/context-async-hooks`. */
const contexts = new AsyncLocalStorage()
context.setGlobalContextManager({
  active: () => contexts.getStore() ?? ROOT_CONTEXT,
  with: (active, call, self, ...args) => contexts.run(active, () => call.call(self, ...args)),
  bind: (_active, target) => target,
  enable() {
    return this
  },
  disable() {
    return this
  },
})
propagation.setGlobalPropagator(new W3CTraceContextPropagator())
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
)
