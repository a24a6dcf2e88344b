package io.reseal.server.admin;

/**
 * What can be done to the process through the admin port. Called by several threads at once, never by
 * an event loop.
 */
public interface AdminActions {
  /**
   * Begins the drain as SIGTERM does and returns at once; the process ends when the drain does.
   * Nothing happens if a drain is under way: to cut takes a signal.
   */
  void drain();

  /**
   * Reads the configuration again once its files are quiet, and returns when it serves or is refused;
   * at once refused while a handover goes on. Calls at the same time may share a reading, but only
   * one that began after each of them.
   */
  Reload reload();
}
