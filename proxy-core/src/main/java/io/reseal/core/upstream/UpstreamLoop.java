package io.reseal.core.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.EventLoop;
import io.reseal.core.loop.Deadlines;
import io.reseal.core.loop.LoopFlusher;
import io.reseal.core.observe.DataPlaneObserver;

/**
 * What the pools of one event loop share.
 *
 * @param bootstrap for client channels on this loop
 */
public record UpstreamLoop(
    EventLoop eventLoop,
    Deadlines deadlines,
    LoopFlusher flusher,
    EndpointResolver resolver,
    DataPlaneObserver observer,
    Bootstrap bootstrap) {}
