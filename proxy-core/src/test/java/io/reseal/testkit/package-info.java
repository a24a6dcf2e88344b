/**
 * What tests drive the proxy with: certificates of every kind, upstreams that record every byte,
 * and clients that send any byte. Built on the JDK's own sockets and TLS, never on the proxy's
 * code.
 */
@NullMarked
package io.reseal.testkit;

import org.jspecify.annotations.NullMarked;
