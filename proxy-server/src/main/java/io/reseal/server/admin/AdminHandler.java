package io.reseal.server.admin;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
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
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.util.ReferenceCountUtil;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to one of the ports: one request, one answer, and the end. Confined to its event
 * loop; the answer is made elsewhere, because a large one takes time that health checks have not.
 */
final class AdminHandler extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);

  /** To ask, and again to take the answer. */
  private static final long SECONDS = 30;

  private static final int MOST_PARAMETERS = 16;

  private final PortConnections open;
  private final Supplier<AdminPort.Service> service;
  private final AnswerThreads threads;
  private @Nullable Future<?> deadline;
  private boolean asked;

  /**
   * @param open told when the request is there
   * @param service asked for then
   */
  AdminHandler(PortConnections open, Supplier<AdminPort.Service> service, AnswerThreads threads) {
    this.open = open;
    this.service = service;
    this.threads = threads;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    limitTime(ctx);
  }

  private void limitTime(ChannelHandlerContext ctx) {
    endLimit();
    deadline = ctx.executor().schedule(() -> ctx.close(), SECONDS, TimeUnit.SECONDS);
  }

  /** A deadline that stays would keep the connection's memory until it comes. */
  private void endLimit() {
    if (deadline != null) {
      deadline.cancel(false);
    }
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    endLimit();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (!asked && message instanceof HttpRequest request) {
        asked = true;
        open.asked(ctx.channel());
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
    Map<String, List<String>> query;
    try {
      query = query(question < 0 ? "" : target.substring(question + 1));
    } catch (IllegalArgumentException broken) {
      send(
          ctx, AdminAnswer.text(400, "the query cannot be read: " + broken.getMessage()), withBody);
      return;
    }
    AdminRequest request = new AdminRequest(
        message.method().name(),
        question < 0 ? target : target.substring(0, question),
        query,
        message.headers(),
        ((InetSocketAddress) ctx.channel().localAddress()).getAddress());
    AdminPort.Service serving = service.get();
    Optional<AdminAnswer> refused = refusal(serving, request);
    if (refused.isPresent()) {
      send(ctx, refused.get(), withBody);
      return;
    }
    AdminPages pages = serving.pages();
    if (pages.mayBeLarge(request)) {
      if (threads.isCrowded()) {
        send(
            ctx, AdminAnswer.text(503, "too many wait for large pages; ask again later"), withBody);
        return;
      }
      threads.large(done -> makeLarge(ctx, pages, request, withBody, done));
    } else {
      // A reload may take longer.
      endLimit();
      threads.small(() -> {
        AdminAnswer answer = answer(pages, request);
        ctx.executor().execute(() -> send(ctx, answer, withBody));
      });
    }
  }

  private static Map<String, List<String>> query(String text) {
    Map<String, List<String>> query = new QueryStringDecoder(
            text, StandardCharsets.UTF_8, /* hasPath= */ false, MOST_PARAMETERS)
        .parameters();
    return Collections.unmodifiableMap(query);
  }

  private void makeLarge(
      ChannelHandlerContext ctx,
      AdminPages pages,
      AdminRequest request,
      boolean withBody,
      Runnable done) {
    if (!ctx.channel().isActive()) {
      // Left while it waited.
      done.run();
      return;
    }
    AdminAnswer answer = answer(pages, request);
    ctx.executor().execute(() -> send(ctx, answer, withBody).addListener(sent -> done.run()));
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
    } catch (RuntimeException | Error mistake) {
      LOG.error("the admin port could not answer {}", request.path(), mistake);
      return AdminAnswer.text(500, "an unexpected failure; the log has it");
    }
  }

  private ChannelFuture send(ChannelHandlerContext ctx, AdminAnswer answer, boolean withBody) {
    limitTime(ctx);
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
    return ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ctx.close();
  }
}
