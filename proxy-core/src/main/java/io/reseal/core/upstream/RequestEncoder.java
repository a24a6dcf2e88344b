package io.reseal.core.upstream;

import io.netty.handler.codec.http.HttpRequestEncoder;

/** The encoder of HTTP/1.1 requests to an upstream; the rules on heads were applied before. */
final class RequestEncoder extends HttpRequestEncoder {}
