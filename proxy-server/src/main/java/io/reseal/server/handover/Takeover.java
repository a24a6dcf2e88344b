package io.reseal.server.handover;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.Socket;
import io.reseal.config.RuntimeSettings;
import io.reseal.core.StartException;
import io.reseal.core.listener.InheritedSockets;
import io.reseal.core.listener.ListeningSocket;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The successor's side of a handover: the listening sockets of the process that serves so far, and the
 * word to it that this one serves now. Closed before that, the other one serves on.
 *
 * <p>Used by the thread that starts the process.
 */
public final class Takeover implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("reseal.handover");
  private static final Duration ASKING = Duration.ofSeconds(10);
  private static final Duration LEAVING = Duration.ofSeconds(20);

  private final Path path;
  private final InheritedSockets sockets;
  private final @Nullable Predecessor predecessor;

  private Takeover(Path path, InheritedSockets sockets, @Nullable Predecessor predecessor) {
    this.path = path;
    this.sockets = sockets;
    this.predecessor = predecessor;
  }

  /** That of a process that was not asked to take over. */
  public static Takeover none() {
    return new Takeover(Path.of(""), InheritedSockets.none(), /* predecessor= */ null);
  }

  /**
   * Gets the sockets of the process that listens at a path; none if nobody does.
   *
   * @throws StartException if the process there does not hand over, or this one cannot take over
   */
  public static Takeover at(Path path, RuntimeSettings settings) throws StartException {
    HandoverPath.check(path, settings.transport());
    EventLoopGroup loop = HandoverLoop.open();
    try {
      Conversation with = connect(path, loop);
      if (with == null) {
        HandoverLoop.close(loop);
        return new Takeover(path, InheritedSockets.none(), /* predecessor= */ null);
      }
      return ask(path, with, loop);
    } catch (IOException failed) {
      HandoverLoop.close(loop);
      throw HandoverPath.refused(
          path,
          "cannot take over from the process that serves: " + failed.getMessage(),
          "",
          "",
          "That one serves on; its log may say more. Start again when that is mended");
    }
  }

  private static @Nullable Conversation connect(Path path, EventLoopGroup loop) throws IOException {
    Conversation[] made = new Conversation[1];
    ChannelFuture connecting = new Bootstrap()
        .group(loop)
        .channel(EpollDomainSocketChannel.class)
        .option(ChannelOption.AUTO_READ, false)
        .handler(new ChannelInitializer<EpollDomainSocketChannel>() {
          @Override
          protected void initChannel(EpollDomainSocketChannel channel) {
            made[0] = new Conversation(channel);
          }
        })
        .connect(HandoverPath.address(path))
        .awaitUninterruptibly();
    if (connecting.isSuccess()) {
      return made[0];
    }
    Throwable cause = connecting.cause();
    if (cause instanceof FileNotFoundException) {
      return null;
    }
    if (cause instanceof ConnectException
        && String.valueOf(cause.getMessage()).contains("refused")) {
      LOG.info("nobody listens at {} any more; starting without a predecessor", path);
      return null;
    }
    throw new IOException(cause);
  }

  private static Takeover ask(Path path, Conversation with, EventLoopGroup loop)
      throws IOException {
    List<ListeningSocket> received = new ArrayList<>();
    try {
      User.require(with.peer());
      receive(with, received);
    } catch (IOException | RuntimeException failed) {
      if (!(failed instanceof EndedException)) {
        with.refuse(String.valueOf(failed.getMessage()));
      }
      with.close();
      new InheritedSockets(received).close();
      throw failed;
    }
    Predecessor predecessor = new Predecessor(with, with.peer().pid(), loop);
    LOG.info(
        "taking over from process {}: {} listening sockets, {}",
        predecessor.pid(),
        received.size(),
        Protocol.text(received));
    return new Takeover(path, new InheritedSockets(received), predecessor);
  }

  private static void receive(Conversation with, List<ListeningSocket> received)
      throws IOException {
    Deadline deadline = Deadline.in(ASKING);
    with.say(Protocol.HELLO);
    int count = Protocol.count(with.line(deadline));
    List<Protocol.Announced> announced = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      announced.add(Protocol.announced(with.line(deadline)));
    }
    with.expectDescriptors();
    with.say(Protocol.SEND);
    for (Protocol.Announced each : announced) {
      int descriptor = with.descriptor(deadline);
      InetSocketAddress address = new Socket(descriptor).localAddress();
      received.add(each.at(address, descriptor));
    }
    with.expectLines();
  }

  /** What was inherited; closed with this, where it was not taken. */
  public InheritedSockets sockets() {
    return sockets;
  }

  /**
   * Tells the predecessor that this process serves, and waits until it has stopped accepting.
   *
   * @throws StartException if it does not leave; then this process must not stay
   */
  public void serving() throws StartException {
    sockets.close();
    if (predecessor == null) {
      return;
    }
    try {
      predecessor.with().say(Protocol.SERVING);
      String answer = predecessor.with().line(Deadline.in(LEAVING));
      if (!answer.equals(Protocol.TAKEN)) {
        throw Protocol.unexpected(answer, Protocol.TAKEN);
      }
      LOG.info("process {} has handed over and ends", predecessor.pid());
    } catch (RefusedException refused) {
      throw HandoverPath.refused(
          path,
          "process " + predecessor.pid() + " did not hand over: " + refused.getMessage(),
          "",
          "",
          "It serves on. Start again");
    } catch (IOException gone) {
      LOG.warn(
          "process {} said no more ({}): it should have ended. This one serves; end the other if it"
              + " is still there",
          predecessor.pid(),
          gone.getMessage());
    }
  }

  @Override
  public void close() {
    sockets.close();
    if (predecessor != null) {
      predecessor.with().close();
      HandoverLoop.close(predecessor.loop());
    }
  }

  /** The process that served before, and the connection to it. */
  private record Predecessor(Conversation with, int pid, EventLoopGroup loop) {}
}
