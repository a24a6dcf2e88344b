package io.reseal.server.admin;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to one of the ports: one request, one answer, and the end. Confined to its event
 * loop; the answer is made elsewhere, because a large one takes time that health checks have not.
 */
final class AdminHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);

  /** For the whole connection: whoever has not asked and taken the answer by then is cut off. */
  private static final long SECONDS = 30;

  private final Supplier<AdminPort.Service> service;
  private final Executor workers;
  private boolean asked;

  /** @param service asked for when the request is there */
  AdminHandler(Supplier<AdminPort.Service> service, Executor workers) {
    this.service = service;
    this.workers = workers;
  }

  /** An event of the pipeline. */
  enum Closing {
    /** The port is given up; what was asked is still answered. */
    PORT
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == Closing.PORT && !asked) {
      asked = true;
      ctx.close();
    }
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    ctx.executor().schedule(() -> ctx.close(), SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (!asked && message instanceof HttpRequest request) {
        asked = true;
        asked(ctx, request);
      }
    } finally {
      // Bodies, and whatever follows the one request, are nobody's.
      ReferenceCountUtil.release(message);
    }
  }

  private void asked(ChannelHandlerContext ctx, HttpRequest message) {
    boolean withBody = !message.method().name().equals("HEAD");
    String target = message.uri();
    if (message.decoderResult().isFailure() || !target.startsWith("/")) {
      send(ctx, AdminAnswer.text(400, "this is no request that can be read"), /* withBody= */ true);
      return;
    }
    int question = target.indexOf('?');
    AdminRequest request = new AdminRequest(
        message.method().name(),
        question < 0 ? target : target.substring(0, question),
        question < 0 ? "" : target.substring(question + 1),
        message.headers(),
        ((InetSocketAddress) ctx.channel().localAddress()).getAddress());
    AdminPort.Service serving = service.get();
    Optional<AdminAnswer> refused = refusal(serving, request);
    if (refused.isPresent()) {
      send(ctx, refused.get(), withBody);
      return;
    }
    workers.execute(() -> {
      AdminAnswer answer = answer(serving.pages(), request);
      ctx.executor().execute(() -> send(ctx, answer, withBody));
    });
  }

  private static Optional<AdminAnswer> refusal(AdminPort.Service serving, AdminRequest request) {
    Optional<AdminAnswer> refused = serving.guard().apply(request);
    if (refused.isPresent()) {
      return refused;
    }
    String methods = serving.pages().methods(request.path());
    if (!List.of(methods.split(", ")).contains(request.method())) {
      return Optional.of(AdminAnswer.notAllowed(methods));
    }
    HttpHeaders fields = request.fields();
    boolean hasBody = fields.contains(HttpHeaderNames.TRANSFER_ENCODING)
        || !fields.get(HttpHeaderNames.CONTENT_LENGTH, "0").equals("0");
    return hasBody
        ? Optional.of(AdminAnswer.text(413, "a request here has no body"))
        : Optional.empty();
  }

  private static AdminAnswer answer(AdminPages pages, AdminRequest request) {
    try {
      return pages.answer(request);
    } catch (RuntimeException mistake) {
      LOG.error("the admin port could not answer {}", request.path(), mistake);
      return AdminAnswer.text(500, "an unexpected failure; the log has it");
    }
  }

  private static void send(ChannelHandlerContext ctx, AdminAnswer answer, boolean withBody) {
    FullHttpResponse response = new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1,
        HttpResponseStatus.valueOf(answer.status()),
        withBody ? Unpooled.wrappedBuffer(answer.body()) : Unpooled.EMPTY_BUFFER);
    HttpHeaders fields = response.headers();
    fields.set(HttpHeaderNames.CONTENT_TYPE, answer.contentType());
    fields.set(HttpHeaderNames.CONTENT_LENGTH, answer.body().length);
    fields.set(HttpHeaderNames.CONNECTION, "close");
    fields.set(HttpHeaderNames.CACHE_CONTROL, "no-store");
    fields.set("x-content-type-options", "nosniff");
    fields.set("content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    fields.set("cross-origin-resource-policy", "same-origin");
    fields.set("referrer-policy", "no-referrer");
    answer.more().forEach(fields::set);
    ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
