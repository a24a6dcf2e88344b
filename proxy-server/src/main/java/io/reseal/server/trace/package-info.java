/** Spans of exchanges, exported over OTLP; the only place that knows the tracing library. */
@NullMarked
package io.reseal.server.trace;

import org.jspecify.annotations.NullMarked;
