package io.reseal.core.http2;

import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2Settings;
import io.reseal.config.Limits;
import io.reseal.core.exchange.ClientConnection;

/** The way to an {@link Http2ClientConnection} with the limits of the configuration. */
public final class Http2ConnectionBuilder
    extends AbstractHttp2ConnectionHandlerBuilder<Http2ClientConnection, Http2ConnectionBuilder> {

  /** What one request may send ahead of its upstream. */
  static final int STREAM_WINDOW_BYTES = 256 << 10;

  /** What all requests of one connection may send ahead: its memory bound. */
  static final int CONNECTION_WINDOW_BYTES = 1 << 20;

  private static final int MOST_SMALL_CONTINUATIONS = 16;
  private static final int MOST_RESETS = 200;
  private static final int RESET_WINDOW_SECONDS = 30;
  private static final int MOST_EMPTY_DATA = 2;

  private final ClientConnection client;

  private Http2ConnectionBuilder(ClientConnection client) {
    this.client = client;
  }

  /** Makes the handler for one connection. */
  public static Http2ClientConnection connection(ClientConnection client) {
    Limits limits = client.loop().snapshot().config().limits();
    Http2ConnectionBuilder builder = new Http2ConnectionBuilder(client);
    builder.server(true);
    builder.initialSettings(Http2Settings.defaultSettings()
        .maxConcurrentStreams(limits.http2Streams())
        .initialWindowSize(STREAM_WINDOW_BYTES)
        .maxHeaderListSize(limits.requestHeadBytes()));
    builder.validateHeaders(true);
    builder.validateRequiredPseudoHeaders(true);
    builder.decoderEnforceMaxConsecutiveEmptyDataFrames(MOST_EMPTY_DATA);
    builder.decoderEnforceMaxSmallContinuationFrames(MOST_SMALL_CONTINUATIONS);
    builder.decoderEnforceMaxRstFramesPerWindow(MOST_RESETS, RESET_WINDOW_SECONDS);
    builder.encoderEnforceMaxRstFramesPerWindow(MOST_RESETS, RESET_WINDOW_SECONDS);
    // A client that announces a small limit still gets its response rather than a broken stream.
    builder.encoderIgnoreMaxHeaderListSize(true);
    return builder.build();
  }

  @Override
  protected Http2ClientConnection build(
      Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
    Http2ClientConnection handler = new Http2ClientConnection(decoder, encoder, settings, client);
    frameListener(handler.listener());
    return handler;
  }
}
