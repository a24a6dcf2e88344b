package io.reseal.core.observe;

import java.util.List;

/**
 * What traces want of one exchange.
 *
 * @param context its place in its trace
 * @param attempts the requests to the upstream, in order; empty where none went out, or the trace is
 *     not recorded. More than one where a pooled connection had proved dead
 */
public record ExchangeTrace(TraceContext context, List<UpstreamAttempt> attempts) {}
