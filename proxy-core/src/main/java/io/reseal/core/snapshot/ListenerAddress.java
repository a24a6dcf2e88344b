package io.reseal.core.snapshot;

import io.reseal.config.HostPort;

/**
 * The way by which a connection came in, as it was configured then. A listener may be renamed while
 * its connections are open, and one may come in while it is: the address finds its table all the
 * same.
 *
 * @param listener the listener's name
 * @param address the one of its addresses
 */
public record ListenerAddress(String listener, HostPort address) {}
