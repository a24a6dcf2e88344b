package io.reseal.core.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Stream;
import io.reseal.core.exchange.Downstream;
import io.reseal.core.exchange.Exchange;
import io.reseal.core.failure.Failure;
import io.reseal.core.http.HeadConversion;
import io.reseal.core.http.RequestHead;
import io.reseal.core.http.ResponseHead;
import io.reseal.core.upstream.UpstreamConnection;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP/2 stream and the exchange on it. Confined to the event loop of its connection.
 *
 * <p>Request bytes that an exchange gives back late, after the stream is closed, need no credit:
 * the flow controller returns what is left of a stream when it closes.
 */
final class StreamExchange implements Downstream {
  private final Http2ClientConnection connection;
  private final Http2Stream stream;
  private @Nullable Exchange exchange;
  private boolean requestEnded;
  private boolean responseEnded;

  StreamExchange(Http2ClientConnection connection, Http2Stream stream) {
    this.connection = connection;
    this.stream = stream;
  }

  // ---- from the client

  void start(RequestHead head, @Nullable Failure failure, boolean endOfStream) {
    requestEnded = endOfStream;
    Exchange started = new Exchange(connection.client(), head, this);
    exchange = started;
    if (failure != null) {
      started.refuse(failure);
    } else {
      started.start();
    }
  }

  void requestBody(ByteBuf data, boolean endOfStream) {
    requestEnded = endOfStream;
    Exchange current = exchange;
    if (current == null) {
      bodyTaken(data.readableBytes());
      return;
    }
    if (data.isReadable()) {
      current.requestBody(data.retain());
    }
    if (endOfStream) {
      current.requestEnded(EmptyHttpHeaders.INSTANCE);
    }
  }

  void requestTrailers(Http2Headers trailers) {
    requestEnded = true;
    if (exchange != null) {
      exchange.requestEnded(HeadConversion.toTrailers(trailers));
    }
  }

  void resetByClient(long errorCode) {
    clientGone("RST_STREAM " + errorCode);
  }

  void broken(String detail) {
    clientGone(detail);
  }

  void streamClosed() {
    clientGone("stream closed");
  }

  private void clientGone(String detail) {
    responseEnded = true;
    Exchange current = exchange;
    exchange = null;
    if (current != null) {
      current.clientGone(detail);
    }
  }

  void writabilityChanged() {
    if (exchange != null && isWritable()) {
      exchange.downstreamWritable();
    }
  }

  // ---- to the client

  @Override
  public void writeInformational(ResponseHead head) {
    if (!responseEnded) {
      writeHeaders(HeadConversion.toHttp2(head), /* end= */ false);
    }
  }

  @Override
  public void writeHead(ResponseHead head, boolean end) {
    if (responseEnded) {
      return;
    }
    ChannelPromise promise = writeHeaders(HeadConversion.toHttp2(head), end);
    if (end) {
      ended(promise);
    }
  }

  @Override
  public void writeBody(ByteBuf content) {
    if (responseEnded) {
      content.release();
      return;
    }
    connection.budget().earn();
    ChannelHandlerContext ctx = connection.context();
    connection
        .encoder()
        .writeData(ctx, stream.id(), content, 0, /* endOfStream= */ false, ctx.newPromise());
    connection.flushLater();
  }

  @Override
  public void writeEnd(HttpHeaders trailers) {
    if (responseEnded) {
      return;
    }
    if (!trailers.isEmpty()) {
      ended(writeHeaders(HeadConversion.toHttp2Trailers(trailers), /* end= */ true));
      return;
    }
    ChannelHandlerContext ctx = connection.context();
    ChannelPromise promise = ctx.newPromise();
    connection
        .encoder()
        .writeData(ctx, stream.id(), Unpooled.EMPTY_BUFFER, 0, /* endOfStream= */ true, promise);
    connection.flushLater();
    ended(promise);
  }

  @Override
  public void breakOff(Failure failure) {
    if (!responseEnded) {
      responseEnded = true;
      exchange = null;
      reset(Http2Error.INTERNAL_ERROR);
    }
  }

  @Override
  public boolean isWritable() {
    return connection.encoder().flowController().isWritable(stream);
  }

  @Override
  public void readBody(boolean wanted) {
    // The stream's window is the brake: without bodyTaken it does not open again.
  }

  @Override
  public void bodyTaken(int bytes) {
    try {
      if (connection.connection().local().flowController().consumeBytes(stream, bytes)) {
        connection.flushLater();
      }
    } catch (Http2Exception cause) {
      throw new IllegalStateException("returned more credit than was taken", cause);
    }
  }

  @Override
  public boolean maySwitch() {
    return false;
  }

  @Override
  public void switchProtocols(ResponseHead head, UpstreamConnection upstream, String protocol) {
    throw new IllegalStateException("HTTP/2 has no 101 (RFC 9113 section 8.6)");
  }

  private ChannelPromise writeHeaders(Http2Headers headers, boolean end) {
    ChannelHandlerContext ctx = connection.context();
    ChannelPromise promise = ctx.newPromise();
    connection.encoder().writeHeaders(ctx, stream.id(), headers, 0, end, promise);
    connection.flushLater();
    return promise;
  }

  private void ended(ChannelPromise lastWrite) {
    responseEnded = true;
    exchange = null;
    if (!requestEnded) {
      // RFC 9113 section 8.1: a complete response may be followed by a reset without an error, to
      // tell the client to stop sending.
      lastWrite.addListener(written -> {
        if (written.isSuccess() && !requestEnded) {
          reset(Http2Error.NO_ERROR);
        }
      });
    }
  }

  private void reset(Http2Error error) {
    ChannelHandlerContext ctx = connection.context();
    connection.resetStream(ctx, stream.id(), error.code(), ctx.newPromise());
    connection.flushLater();
  }
}
