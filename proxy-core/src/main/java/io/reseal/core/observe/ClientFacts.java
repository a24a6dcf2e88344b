package io.reseal.core.observe;

/**
 * What is known of a client's connection, the same for everything that goes over it.
 *
 * @param listener the listener's name when the connection came in
 * @param address the client's IP address
 * @param port the client's port
 * @param tls the client's leg; of a passed-through connection only what its ClientHello told
 */
public record ClientFacts(String listener, String address, int port, TlsLeg tls) {}
