package io.reseal.server.admin;

import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetAddress;

/**
 * A request to one of the ports, without its body, which none may have.
 *
 * @param path the target up to the question mark, as it came
 * @param query what follows the question mark, as it came; empty where there is none
 * @param localAddress the address that the connection came in by
 */
record AdminRequest(
    String method, String path, String query, HttpHeaders fields, InetAddress localAddress) {}
