/** The handover of listening sockets from a running process to its successor. */
@NullMarked
package io.reseal.server.handover;

import org.jspecify.annotations.NullMarked;
