package io.reseal.server.admin;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/**
 * A request to one of the ports, without its body, which none may have.
 *
 * @param path the target up to the question mark, as it came
 * @param query what follows the question mark, decoded: the values by name
 * @param localAddress the address that the connection came in by
 */
record AdminRequest(
    String method,
    String path,
    Map<String, List<String>> query,
    HttpHeaders fields,
    InetAddress localAddress) {}
