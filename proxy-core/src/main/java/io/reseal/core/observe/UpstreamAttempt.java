package io.reseal.core.observe;

/**
 * One request on its way to an upstream, of an exchange whose trace is recorded. Times are of {@link
 * System#nanoTime}; those of what did not happen are 0.
 *
 * @param span the id of its span, never 0: what the upstream got as its parent
 * @param connection the connection that it went over
 * @param reused whether that connection had served others before
 * @param sentNanos when there was a connection and the request went out
 * @param respondedNanos when the upstream's final head was there
 * @param diedNanos when the connection proved dead, so that the request was sent again
 */
public record UpstreamAttempt(
    long span,
    UpstreamFacts connection,
    boolean reused,
    long sentNanos,
    long respondedNanos,
    long diedNanos) {}
