package io.reseal.core.upstream;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A name server on loopback. A stub of the resolver would hide what is asked here: how the TTL, an
 * error code and silence on the wire come out of it.
 */
public final class LoopbackDns implements AutoCloseable {

  /** What is answered to one question. */
  sealed interface Answer {

    /** These addresses, of the family that was asked for. */
    record Addresses(int ttlSeconds, List<InetAddress> addresses) implements Answer {}

    /** An error code. */
    record Error(DnsResponseCode code) implements Answer {}

    /** Nothing at all. */
    record Silence() implements Answer {}
  }

  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Queue<String> asked = new ConcurrentLinkedQueue<>();
  private final Channel channel;

  public LoopbackDns(EventLoop loop) {
    this.channel = new Bootstrap()
        .group(loop)
        .channel(NioDatagramChannel.class)
        .handler(new ChannelInitializer<Channel>() {
          @Override
          protected void initChannel(Channel made) {
            made.pipeline()
                .addLast(
                    new DatagramDnsQueryDecoder(),
                    new DatagramDnsResponseEncoder(),
                    new Answerer());
          }
        })
        .bind(InetAddress.getLoopbackAddress(), 0)
        .syncUninterruptibly()
        .channel();
  }

  public InetSocketAddress address() {
    return (InetSocketAddress) channel.localAddress();
  }

  /** Says what is known of a name from now on; other names do not exist. */
  public LoopbackDns knows(String name, int ttlSeconds, String... addresses) {
    List<InetAddress> parsed =
        List.of(addresses).stream().map(InetAddress::ofLiteral).toList();
    return answers(name, new Answer.Addresses(ttlSeconds, parsed));
  }

  LoopbackDns answers(String name, Answer answer) {
    answers.put(name + " A", answer);
    answers.put(name + " AAAA", answer);
    return this;
  }

  LoopbackDns answers(String name, DnsRecordType type, Answer answer) {
    answers.put(name + " " + type.name(), answer);
    return this;
  }

  /** How often this was asked, as in {@code "a.test A"}. */
  long asked(String question) {
    return asked.stream().filter(question::equals).count();
  }

  @Override
  public void close() {
    channel.close().syncUninterruptibly();
  }

  private final class Answerer extends SimpleChannelInboundHandler<DatagramDnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery query) {
      DnsQuestion question = query.recordAt(DnsSection.QUESTION);
      String name = question.name().replaceAll("\\.$", "");
      asked.add(name + " " + question.type().name());
      Answer answer = answers.getOrDefault(
          name + " " + question.type().name(), new Answer.Error(DnsResponseCode.NXDOMAIN));
      if (answer instanceof Answer.Silence) {
        return;
      }
      DatagramDnsResponse response =
          new DatagramDnsResponse(query.recipient(), query.sender(), query.id());
      response.addRecord(
          DnsSection.QUESTION, new DefaultDnsQuestion(question.name(), question.type()));
      switch (answer) {
        case Answer.Addresses(int ttl, List<InetAddress> addresses) ->
          addRecords(response, question, ttl, addresses);
        case Answer.Error(DnsResponseCode code) -> response.setCode(code);
        case Answer.Silence() -> throw new IllegalStateException("answered before");
      }
      ctx.writeAndFlush(response);
    }

    private void addRecords(
        DatagramDnsResponse response, DnsQuestion question, int ttl, List<InetAddress> addresses) {
      int bytes = question.type().equals(DnsRecordType.A) ? 4 : 16;
      for (InetAddress address : addresses) {
        if (address.getAddress().length == bytes) {
          response.addRecord(
              DnsSection.ANSWER,
              new DefaultDnsRawRecord(
                  question.name(),
                  question.type(),
                  ttl,
                  Unpooled.wrappedBuffer(address.getAddress())));
        }
      }
    }
  }
}
