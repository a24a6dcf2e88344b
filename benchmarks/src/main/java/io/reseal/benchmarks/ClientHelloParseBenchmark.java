package io.reseal.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.reseal.config.Limits;
import io.reseal.config.Timeouts;
import io.reseal.core.listener.ClientHelloHandler;
import io.reseal.core.listener.TlsDecision;
import io.reseal.core.loop.Deadlines;
import io.reseal.core.tls.ClientHello;
import io.reseal.core.tls.ClientHelloParser;
import io.reseal.core.tls.HelloVerdicts;
import io.reseal.core.tls.ParsedHello;
import io.reseal.core.tls.TlsAlert;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The reading of one ClientHello: by the parser alone, and by the handler that gathers it. The
 * handler needs a channel of its own each time; {@link #channelAlone} is what that costs, to be
 * subtracted.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--sun-misc-unsafe-memory-access=allow")
public class ClientHelloParseBenchmark {
  private final ByteBuf body = DirectBytes.of(BrowserHello.body());
  private final ByteBuf record = DirectBytes.of(BrowserHello.record());
  private final ByteBuf first = record.slice(0, BrowserHello.segmentBytes());
  private final ByteBuf second = record.slice(
      BrowserHello.segmentBytes(), record.readableBytes() - BrowserHello.segmentBytes());
  private @Nullable ClientHello decided;

  /** The parser over a whole message. */
  @Benchmark
  public ParsedHello parser() {
    return ClientHelloParser.parse(body);
  }

  /** The handler, with the record in one read. */
  @Benchmark
  public @Nullable ClientHello handlerWithOnePiece() {
    EmbeddedChannel channel = channelWithHandler();
    channel.writeInbound(record.retainedDuplicate());
    return finished(channel);
  }

  /** The handler, with the record in two reads. */
  @Benchmark
  public @Nullable ClientHello handlerWithTwoPieces() {
    EmbeddedChannel channel = channelWithHandler();
    channel.writeInbound(first.retainedDuplicate());
    channel.writeInbound(second.retainedDuplicate());
    return finished(channel);
  }

  /** A channel that is made, reads once and is closed. */
  @Benchmark
  public @Nullable ClientHello channelAlone() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.writeInbound(record.retainedDuplicate());
    return finished(channel);
  }

  private EmbeddedChannel channelWithHandler() {
    EmbeddedChannel channel = new EmbeddedChannel();
    ChannelHandler handler = new ClientHelloHandler(
        Limits.DEFAULT.clientHelloBytes(),
        Timeouts.DEFAULT.handshake(),
        new Deadlines(channel.eventLoop()),
        this::decide,
        (ctx, decision, hello) -> decided = hello);
    channel.pipeline().addLast(handler);
    return channel;
  }

  private TlsDecision decide(ClientHello hello) {
    return new TlsDecision.Refuse(
        TlsAlert.UNRECOGNIZED_NAME, HelloVerdicts.unknownServerName(hello.serverName()));
  }

  private @Nullable ClientHello finished(EmbeddedChannel channel) {
    channel.finishAndReleaseAll();
    return decided;
  }
}
