package io.reseal.core.observe;

/**
 * What happened in one exchange.
 *
 * @param protocol {@code http/1.0}, {@code http/1.1} or {@code h2}
 * @param status the status sent to the client, 0 if none was
 * @param upstream the upstream's name, empty where none was asked
 * @param endpoint the endpoint that served it, empty where none did
 * @param requestBytes body bytes taken from the client
 * @param responseBytes body bytes given to the client
 * @param complete whether the client got a whole response
 * @param nanos from the request's head to the end
 */
public record ExchangeRecord(
    String listener,
    String protocol,
    String method,
    String host,
    String path,
    String route,
    String upstream,
    String endpoint,
    int status,
    long requestBytes,
    long responseBytes,
    boolean complete,
    long nanos) {}
