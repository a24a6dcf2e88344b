package io.reseal.core.pipeline;

import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * The only handler of a connection to an upstream until its pipeline is put together; it passes
 * everything on.
 */
@Sharable
public final class UnassembledHandler extends ChannelInboundHandlerAdapter {}
