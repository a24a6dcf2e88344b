package io.reseal.core.failure;

import java.util.Map;

/**
 * A response that the proxy makes itself.
 *
 * @param proxyStatus the value of the Proxy-Status field (RFC 9209)
 * @param extraFields further fields, as Retry-After
 */
public record ErrorResponse(
    int status,
    String contentType,
    byte[] body,
    String proxyStatus,
    Map<String, String> extraFields) {}
