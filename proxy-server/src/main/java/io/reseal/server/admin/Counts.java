package io.reseal.server.admin;

/**
 * How much was counted.
 *
 * @param requests exchanges that ended
 * @param clientErrors those of them that were answered 4xx
 * @param serverErrors those of them that were answered 5xx
 * @param nanos the time of all exchanges together
 * @param requestBytes from clients: bodies, and what tunnels took
 * @param responseBytes to clients: bodies, and what tunnels gave
 * @param tunnels passed-through and upgraded connections that ended
 */
record Counts(
    long requests,
    long clientErrors,
    long serverErrors,
    long nanos,
    long requestBytes,
    long responseBytes,
    long tunnels) {
  static final Counts NONE = new Counts(0, 0, 0, 0, 0, 0, 0);

  Counts plus(Counts other) {
    return new Counts(
        requests + other.requests,
        clientErrors + other.clientErrors,
        serverErrors + other.serverErrors,
        nanos + other.nanos,
        requestBytes + other.requestBytes,
        responseBytes + other.responseBytes,
        tunnels + other.tunnels);
  }

  Counts minus(Counts earlier) {
    return new Counts(
        requests - earlier.requests,
        clientErrors - earlier.clientErrors,
        serverErrors - earlier.serverErrors,
        nanos - earlier.nanos,
        requestBytes - earlier.requestBytes,
        responseBytes - earlier.responseBytes,
        tunnels - earlier.tunnels);
  }
}
