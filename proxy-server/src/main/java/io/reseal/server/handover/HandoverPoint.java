package io.reseal.server.handover;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.reseal.core.StartException;
import io.reseal.core.listener.ListeningSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Unix domain socket where a serving process waits for its successor, and its side of the
 * handover. One successor at a time; what goes wrong before it serves changes nothing here.
 *
 * <p>The socket is made under another name and renamed over that of the predecessor, so that somebody
 * listens at the path all the time. Thread-safe.
 */
public final class HandoverPoint implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("reseal.handover");
  private static final Duration ASKING = Duration.ofSeconds(5);
  private static final Duration STARTING = Duration.ofSeconds(60);
  private static final int BACKLOG = 16;
  private static final int MOST_CONVERSATIONS = 8;
  private static final String IDENTITY = "unix:ino,dev";

  private final Path path;
  private final EventLoopGroup loop;
  private final Channel channel;
  private final Path madeAs;
  private final AtomicInteger conversations = new AtomicInteger();
  /** Held while descriptors are sent and while the end is decided: then nothing closes them. */
  private final ReentrantLock deciding = new ReentrantLock();

  private volatile @Nullable Serving serving;
  private @Nullable Conversation successor;
  private String successorText = "";
  /** Whether the successor has the sockets. */
  private boolean sent;

  private boolean ending;
  /** Of the socket at the path, while it is this one's to remove. */
  private volatile @Nullable Map<String, Object> identity;

  private HandoverPoint(Path path, Path madeAs, EventLoopGroup loop, Channel channel) {
    this.path = path;
    this.madeAs = madeAs;
    this.loop = loop;
    this.channel = channel;
  }

  /** A process that serves, as its successor needs it. */
  public interface Serving {

    /** Runs something while no change of the configuration goes on. */
    void unchanged(Runnable handover);

    /** Every listening socket. */
    List<ListeningSocket> sockets();

    /** Stops accepting and begins to end, because a successor serves. */
    void handedOver();
  }

  /**
   * Makes the socket, where nobody finds it yet.
   *
   * @throws StartException if that is not possible
   */
  public static HandoverPoint prepare(Path path) throws StartException {
    Path madeAs = Path.of(path + "." + ProcessHandle.current().pid());
    EventLoopGroup loop = HandoverLoop.open();
    HandoverPoint[] point = new HandoverPoint[1];
    try {
      Files.deleteIfExists(madeAs);
      ChannelFuture binding = new ServerBootstrap()
          .group(loop)
          .channel(EpollServerDomainSocketChannel.class)
          .option(ChannelOption.SO_BACKLOG, BACKLOG)
          .option(ChannelOption.AUTO_READ, false)
          .childOption(ChannelOption.AUTO_READ, false)
          .childHandler(new ChannelInitializer<EpollDomainSocketChannel>() {
            @Override
            protected void initChannel(EpollDomainSocketChannel channel) {
              point[0].accepted(channel);
            }
          })
          .bind(HandoverPath.address(madeAs))
          .awaitUninterruptibly();
      if (!binding.isSuccess()) {
        throw new IOException(binding.cause().getMessage());
      }
      Files.setPosixFilePermissions(
          madeAs, EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
      point[0] = new HandoverPoint(path, madeAs, loop, binding.channel());
      return point[0];
    } catch (IOException failed) {
      HandoverLoop.close(loop);
      throw HandoverPath.refused(
          path,
          "the socket cannot be made: " + failed.getMessage(),
          "",
          "",
          "Let the user that runs Reseal write there, or use another path");
    }
  }

  /**
   * Puts the socket in its place, and waits for successors.
   *
   * @throws IOException if that fails; nobody can take over then
   */
  public void open(Serving serving) throws IOException {
    this.serving = serving;
    identity = identity(madeAs);
    Files.move(madeAs, path, StandardCopyOption.ATOMIC_MOVE);
    channel.config().setAutoRead(true);
    LOG.info("a successor can take over at {}", path);
  }

  private void accepted(EpollDomainSocketChannel accepted) {
    accepted.closeFuture().addListener(ignored -> conversations.decrementAndGet());
    if (conversations.incrementAndGet() > MOST_CONVERSATIONS) {
      accepted.close();
      return;
    }
    Conversation with = new Conversation(accepted);
    Thread.ofVirtual().name("reseal-handover").start(() -> converse(with));
  }

  private void converse(Conversation with) {
    try (with) {
      answer(with);
    }
  }

  /** Whatever goes wrong is said before the connection ends: an end without a word means death. */
  private void answer(Conversation with) {
    String who = "somebody";
    try {
      who = "process " + with.peer().pid();
      User.require(with.peer());
      String hello = with.line(Deadline.in(ASKING));
      if (!hello.equals(Protocol.HELLO)) {
        throw Protocol.unexpected(hello, Protocol.HELLO);
      }
      handOver(with, who);
    } catch (RefusedException refused) {
      with.refuse(String.valueOf(refused.getMessage()));
      LOG.warn("{} does not take over: {}. Serving on", who, refused.getMessage());
    } catch (IOException | RuntimeException failed) {
      with.refuse(String.valueOf(failed.getMessage()));
      LOG.warn(
          "{} did not take over: {} before it served. Serving on",
          who,
          failed.getMessage(),
          failed instanceof RuntimeException ? failed : null);
    }
  }

  private void handOver(Conversation with, String who) throws IOException {
    begin(with, who);
    IOException[] failure = new IOException[1];
    try {
      serving().unchanged(() -> {
        try {
          send(with, who);
          awaitServing(with, who);
        } catch (IOException failed) {
          failure[0] = failed;
        }
      });
    } finally {
      end(with);
    }
    if (failure[0] != null) {
      throw failure[0];
    }
  }

  private Serving serving() {
    Serving known = serving;
    if (known == null) {
      throw new IllegalStateException("nothing serves yet");
    }
    return known;
  }

  private void begin(Conversation with, String who) throws RefusedException {
    deciding.lock();
    try {
      if (successor != null) {
        throw new RefusedException("a handover to " + successorText
            + " is under way. Wait for it; start again if a restart is still wanted");
      }
      successor = with;
      successorText = who;
    } finally {
      deciding.unlock();
    }
  }

  private void end(Conversation with) {
    deciding.lock();
    try {
      // After a handover nobody else comes: the successor listens at the path.
      if (!ending && successor == with) {
        successor = null;
        sent = false;
      }
    } finally {
      deciding.unlock();
    }
  }

  private void send(Conversation with, String who) throws IOException {
    deciding.lock();
    try {
      if (ending) {
        throw new RefusedException("this process is ending. Start again when it has");
      }
      Deadline deadline = Deadline.in(ASKING);
      List<ListeningSocket> sockets = serving().sockets();
      with.say(Protocol.count(sockets.size()));
      for (ListeningSocket socket : sockets) {
        with.say(Protocol.socket(socket));
      }
      require(with.line(deadline), Protocol.SEND);
      for (ListeningSocket socket : sockets) {
        with.send(socket.descriptor());
      }
      sent = true;
      LOG.info(
          "handing over to {}: {} listening sockets, {}",
          who,
          sockets.size(),
          Protocol.text(sockets));
    } finally {
      deciding.unlock();
    }
  }

  private void awaitServing(Conversation with, String who) throws IOException {
    require(with.line(Deadline.in(STARTING)), Protocol.SERVING);
    deciding.lock();
    try {
      if (!ending) {
        ending = true;
        // Its socket has the same path from now on.
        identity = null;
        LOG.info("{} serves; this process ends", who);
        serving().handedOver();
        with.say(Protocol.TAKEN);
      }
    } finally {
      deciding.unlock();
    }
  }

  private static void require(String found, String expected) throws RefusedException {
    if (!found.equals(expected)) {
      throw Protocol.unexpected(found, expected);
    }
  }

  /**
   * Says that a drain begins: nobody can take over any more, and who is about to is alone. To be
   * called before the listening sockets are closed.
   */
  public void ending() {
    deciding.lock();
    try {
      if (!ending) {
        ending = true;
        if (successor != null && sent) {
          identity = null;
          LOG.info("ending while {} takes over; it goes on alone", successorText);
          successor.say(Protocol.TAKEN);
        }
      }
    } catch (IOException gone) {
      LOG.debug("the successor is gone", gone);
    } finally {
      deciding.unlock();
    }
    leave();
  }

  private void leave() {
    channel.close().awaitUninterruptibly();
    Map<String, Object> own = identity;
    try {
      // Another process may have put its own there since.
      if (own != null && own.equals(identity(path))) {
        Files.delete(path);
      }
    } catch (IOException gone) {
      LOG.debug("{} is gone", path, gone);
    }
  }

  @Override
  public void close() {
    ending();
    HandoverLoop.close(loop);
  }

  private static Map<String, Object> identity(Path file) throws IOException {
    return Files.readAttributes(file, IDENTITY, LinkOption.NOFOLLOW_LINKS);
  }
}
